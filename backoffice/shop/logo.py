"""The file of the shop's logo, as the row of settings names it."""

from backoffice.pictures.logo import Logo
from backoffice.shop.in_force import settings_kept
from backoffice.shop.table import LOGO


def files_of_logo() -> set[str]:
    """Return the file that is kept; none where there is no logo."""
    logos = (Logo.kept_as(kept.get(LOGO, "")) for kept in settings_kept())
    return {logo.file for logo in logos if logo}
