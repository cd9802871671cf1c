"""The books: whether stock and orders add up."""

from cli.doctor.findings import Finding, State


def check_stock() -> Finding:
    from catalog.audit import audit_stock

    return _audited(len(audit_stock()), "every unit is accounted for", "shopctl stock audit")


def check_orders() -> Finding:
    from orders.audit import audit_orders

    return _audited(
        len(audit_orders()), "orders, reservations, totals and promo uses agree", "shopctl stock audit"
    )


def _audited(discrepancies: int, all_well: str, command: str) -> Finding:
    if discrepancies:
        return Finding(State.TROUBLE, f"{discrepancies:,} discrepancies; see: {command}")
    return Finding(State.OK, all_well)
