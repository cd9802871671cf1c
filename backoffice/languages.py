"""The languages that pages, mails and paper are in. The API and shopctl speak English."""

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language, get_supported_language_variant, trans_real
from django.utils.translation import gettext as _

from backoffice.errors import Fault, Invalid
from backoffice.shop.in_force import shown

# No other language writes every noun with a capital.
WITH_LARGE_NOUNS = ("de", "lb")


def languages() -> list[tuple[str, str]]:
    """Return the codes of the languages there are, each with its own name for itself."""
    return list(settings.LANGUAGES)


def language_named(code: str) -> str:
    """Return the language's code as it is kept: `en` is the English there is. "" stays, for the shop's own.

    Raises:
        Invalid: there is no such language; it names those that there are. The fault points at /language.
    """
    try:
        return get_supported_language_variant(code.strip().lower()) if code.strip() else ""
    except LookupError:
        known = ", ".join(code for code, _name in languages())
        detail = _("%(code)s is not a language of this shop. There are: %(known)s.") % {
            "code": repr(code),
            "known": known,
        }
        raise Invalid(detail, faults=[Fault("/language", "unknown_language", detail)]) from None


def language_of_shop() -> str:
    return shown().language


def language_asked_for(accept_language: str) -> str:
    """Return what a browser's Accept-Language prefers among the languages there are, else the shop's."""
    for code, _weight in trans_real.parse_accept_lang_header(accept_language):
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return language_of_shop()


def inside_a_sentence(label: str | Promise) -> str:
    """Return `in transit` of the label `In transit`; a language with large nouns keeps a label as it is."""
    language = (get_language() or "").partition("-")[0]
    return str(label) if language in WITH_LARGE_NOUNS else str(label).lower()
