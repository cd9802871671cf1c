"""Checks the books: whether stock and orders add up."""

from cli.doctor.findings import Finding, fine, note, trouble
from cli.terminal.words import gettext as _
from cli.terminal.words import ngettext


def check_stock() -> Finding:
    from catalog.audit import audit_stock

    return _audited(len(audit_stock()), _("every unit is accounted for"), "shopctl stock audit")


def check_orders() -> Finding:
    from orders.audit import audit_orders

    return _audited(
        len(audit_orders()), _("orders, reservations, totals and promo uses agree"), "shopctl stock audit"
    )


def check_payments() -> Finding:
    from orders.payments.audit import audit_payments

    return _audited(
        len(audit_payments()), _("payments, allowances and what is due agree"), "shopctl payments audit"
    )


def check_pictures() -> Finding:
    from catalog.pictures.audit import audit_pictures
    from catalog.pictures.sweeping import files_without_picture

    if found := audit_pictures():
        words = ngettext(
            "%(number)s discrepancy, such as %(subject)s: %(detail)s; put the files of a backup back, or "
            "remove the picture and add it again",
            "%(number)s discrepancies, such as %(subject)s: %(detail)s; put the files of a backup back, or "
            "remove the pictures and add them again",
            len(found),
        )
        return trouble(
            words % {"number": f"{len(found):,}", "subject": found[0].subject, "detail": found[0].detail}
        )
    if left := len(files_without_picture()):
        words = ngettext(
            "every picture has its files; %(number)s file belongs to none",
            "every picture has its files; %(number)s files belong to none",
            left,
        )
        return fine(words % {"number": f"{left:,}"})
    return fine(_("every picture has its files"))


def check_erasures() -> Finding:
    """Whether a backup has brought somebody back who was erased, and whether somebody waits for it."""
    from accounts.privacy import ledger
    from orders.privacy.asking import asked_to_be_erased

    if back := len(list(ledger.came_back(ledger.entries()))):
        words = ngettext(
            "%(number)s who was erased is back from a backup; run: shopctl privacy reapply",
            "%(number)s who were erased are back from a backup; run: shopctl privacy reapply",
            back,
        )
        return trouble(words % {"number": f"{back:,}"})
    if waiting := asked_to_be_erased().count():
        words = ngettext(
            "%(number)s customer waits to be erased; the law gives a month. See: shopctl privacy due",
            "%(number)s customers wait to be erased; the law gives a month. See: shopctl privacy due",
            waiting,
        )
        return note(words % {"number": f"{waiting:,}"})
    return fine(_("nobody who was erased is back, nobody waits for it"))


def check_currency() -> Finding:
    from django.conf import settings

    from backoffice.db.books_currency import OtherCurrency, kept_currency, refuse_other_currency

    try:
        refuse_other_currency()
    except OtherCurrency as refusal:
        return trouble(refusal.detail)
    if kept_currency() is None:
        return trouble(_("the books name none; run: python manage.py migrate"))
    return fine(_("%(currency)s, as the books are in") % {"currency": settings.SHOP_CURRENCY})


def check_settings() -> Finding:
    """Check that every setting that was set within the shop counts."""
    from accounts.shop.looking import kept_in_vain

    because = {
        "unknown": _("no setting has this name any more"),
        "overridden": _("the environment gives another value"),
        "unreadable": _("its value is none that it can have"),
    }
    found = [f"{name} ({because[code]})" for name, code in kept_in_vain()]
    if found:
        words = _("set within the shop without effect: %(settings)s; see: shopctl settings list")
        return note(words % {"settings": ", ".join(found)})
    return fine(_("what was set within the shop is in force"))


def _audited(discrepancies: int, all_well: str, command: str) -> Finding:
    if discrepancies:
        return trouble(
            ngettext(
                "%(number)s discrepancy; see: %(command)s",
                "%(number)s discrepancies; see: %(command)s",
                discrepancies,
            )
            % {"number": f"{discrepancies:,}", "command": command}
        )
    return fine(all_well)
