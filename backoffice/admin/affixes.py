"""Fields for amounts and percentages, with the currency or the sign within the field."""

from typing import Any

from django.conf import settings
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from backoffice.money.currencies import SYMBOLS


class MoneyWidget(UnfoldAdminDecimalFieldWidget):
    """A number with the shop's currency before it."""

    template_name = "unfold/widgets/text.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["prefix"] = SYMBOLS.get(settings.SHOP_CURRENCY, settings.SHOP_CURRENCY)
        return context


class PercentWidget(UnfoldAdminDecimalFieldWidget):
    template_name = "unfold/widgets/text.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["suffix"] = "%"
        return context
