"""Fields for amounts and percentages, with the currency or the sign within the field."""

from typing import Any

from django.conf import settings
from unfold.widgets import UnfoldAdminTextInputWidget

from backoffice.money.currencies import SYMBOLS


class MoneyWidget(UnfoldAdminTextInputWidget):
    """A number with the shop's currency before it. It is text, for not every browser takes a comma."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["prefix"] = SYMBOLS.get(settings.SHOP_CURRENCY, settings.SHOP_CURRENCY)
        return context


class PercentWidget(UnfoldAdminTextInputWidget):
    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["suffix"] = "%"
        return context
