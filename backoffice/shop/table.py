"""Every setting that may be changed while the shop runs. Doors, readers, docs and tests follow this table.

One more is a line here, its field in `ShopNow` (`in_force.py`), and its default in `backoffice/settings.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.countries.names import NAMES
from backoffice.shop.kinds import (
    AmountKind,
    ChoiceKind,
    ColourKind,
    LineKind,
    LogoKind,
    SettingKind,
    TruthKind,
    WholeKind,
    for_ever,
    never,
    no_due_date,
    no_limit,
)

# The only one that no environment gives: it is a file, chosen on the page.
LOGO = "SHOP_LOGO"
# A hundred years: more would be before the calendar that dates are computed in.
MOST_DAYS, MOST_MONTHS = 36_500, 1_200
MAX_FEE = Decimal("99999999.99")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name as in the environment, and `field`, by which `ShopNow` and the API call it."""

    name: str
    field: str
    kind: SettingKind
    label: str | Promise
    help: str | Promise = ""

    @property
    def is_locked(self) -> bool:
        """Whether the environment gives it, which nobody can change from within."""
        return self.name in settings.IN_ENVIRONMENT and self.name != LOGO

    @property
    def base(self) -> Any:
        """What the environment gives, else the default."""
        return getattr(settings, self.name)


@dataclass(frozen=True, slots=True)
class SettingGroup:
    key: str
    title: str | Promise
    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class FixedSetting:
    """What only the environment can say: shown, with why it cannot be changed while the shop runs."""

    name: str
    label: str | Promise
    why: str | Promise
    # Of each value that is a word of programs.
    words: Mapping[str, str | Promise] = field(default_factory=dict)


GROUPS = (
    SettingGroup(
        "shop",
        _("The shop"),
        (
            Setting(
                "SHOP_NAME",
                "name",
                LineKind(80),
                _("Name"),
                _("On every page, in mails and on paper; mails come from it."),
            ),
            Setting(
                "SHOP_LANGUAGE",
                "language",
                ChoiceKind(lambda: dict(settings.LANGUAGES)),
                _("Language"),
                _("Of pages, mails and paper, unless whoever reads them has chosen another."),
            ),
            Setting(
                "SHOP_COUNTRY",
                "country",
                ChoiceKind(lambda: NAMES),
                _("Country"),
                _("Offered first wherever an address is typed."),
            ),
        ),
    ),
    SettingGroup(
        "look",
        _("Look"),
        (
            Setting(
                LOGO,
                "logo",
                LogoKind(),
                _("Logo"),
                _("At the head of pages, mails and packing slips. Where a page is dark it lies upon white."),
            ),
            Setting(
                "SHOP_COLOR",
                "color",
                ColourKind(),
                _("Colour"),
                _("Of the head and the buttons of mails. What stands on it is black or white by itself."),
            ),
        ),
    ),
    SettingGroup(
        "shipping",
        _("Shipping"),
        (
            Setting(
                "SHOP_SHIPPING_FEE",
                "shipping_fee",
                AmountKind(most=MAX_FEE),
                _("Shipping fee"),
                _("Of every order from now on; those that are placed keep theirs."),
            ),
            Setting(
                "SHOP_FREE_SHIPPING_FROM",
                "free_shipping_from",
                AmountKind(empty=never),
                _("Free shipping from"),
                _("Goods after discounts of at least so much are shipped for nothing. Empty: never."),
            ),
        ),
    ),
    SettingGroup(
        "stock",
        _("Stock"),
        (
            Setting(
                "SHOP_LOW_STOCK_THRESHOLD",
                "low_stock_threshold",
                WholeKind(),
                _("Low-stock level"),
                _("A product with so many available or fewer is low, unless it has a level of its own."),
            ),
        ),
    ),
    SettingGroup(
        "limits",
        _("What one customer may have open"),
        (
            Setting(
                "SHOP_MAX_OPEN_ORDERS",
                "max_open_orders",
                WholeKind(empty=no_limit),
                _("Orders"),
                _("Not yet shipped. Empty: no limit. Orders that staff place are not held to it."),
            ),
            Setting(
                "SHOP_MAX_OPEN_UNITS",
                "max_open_units",
                WholeKind(empty=no_limit),
                _("Units"),
                _("Of all products together. Empty: no limit."),
            ),
            Setting(
                "SHOP_MAX_OPEN_VALUE",
                "max_open_value",
                AmountKind(empty=no_limit, zero_is_empty=True),
                _("Value of goods"),
                _("After discounts. Empty: no limit."),
            ),
        ),
    ),
    SettingGroup(
        "payments",
        _("Payments"),
        (
            Setting(
                "SHOP_SHIP_UNPAID",
                "ship_unpaid",
                TruthKind(),
                _("Ship before it is paid"),
                _("No: an order ships once it is paid, or while there is time until its due date."),
            ),
            Setting(
                "SHOP_PAYMENT_DAYS",
                "payment_days",
                WholeKind(empty=no_due_date, most=MOST_DAYS),
                _("Days to pay"),
                _("Of every order from now on, beginning with the day it is placed. Empty: no due date."),
            ),
            Setting(
                "SHOP_REMIND_AFTER_DAYS",
                "remind_after_days",
                WholeKind(empty=never, most=MOST_DAYS),
                _("Remind after, in days"),
                _("Customers get a mail so long after the due date. Empty: only when somebody asks for it."),
            ),
            Setting(
                "SHOP_ALLOWANCE_UP_TO",
                "allowance_up_to",
                AmountKind(empty=no_limit),
                _("Allowances up to"),
                _("For one order. Beyond it they take a role that may grant any amount. Empty: no limit."),
            ),
            Setting(
                "SHOP_WRITE_OFF_UP_TO",
                "write_off_up_to",
                AmountKind(),
                _("Write-offs up to"),
                _("Of what is due. Beyond it they take a role that may write off any amount."),
            ),
        ),
    ),
    SettingGroup(
        "privacy",
        _("How long data of people is kept"),
        (
            Setting(
                "SHOP_KEEP_MAIL_TEXTS_DAYS",
                "keep_mail_texts_days",
                WholeKind(empty=for_ever, most=MOST_DAYS),
                _("Texts of e-mails, in days"),
                _("What is older is erased the next night, for good. Empty: kept for ever."),
            ),
            Setting(
                "SHOP_KEEP_CUSTOMERS_MONTHS",
                "keep_customers_months",
                WholeKind(empty=for_ever, most=MOST_MONTHS),
                _("Customers without an order, in months"),
                _("Who has neither ordered nor signed in for so long is erased. Empty: kept for ever."),
            ),
            Setting(
                "SHOP_KEEP_SIGN_INS_DAYS",
                "keep_sign_ins_days",
                WholeKind(empty=for_ever, most=MOST_DAYS),
                _("Sign-ins, in days"),
                _("In the histories of accounts. Empty: kept for ever."),
            ),
            Setting(
                "SHOP_KEEP_SECURITY_LOG_DAYS",
                "keep_security_log_days",
                WholeKind(empty=for_ever, most=MOST_DAYS),
                _("Security log, in days"),
                _("Its files are deleted so long after their last line. Empty: kept for ever."),
            ),
        ),
    ),
)
SETTINGS: Mapping[str, Setting] = {each.name: each for group in GROUPS for each in group.settings}

FIXED = (
    FixedSetting("SHOP_CURRENCY", _("Currency"), _("Amounts that are written are not converted.")),
    FixedSetting("SHOP_TIME_ZONE", _("Time zone"), _("The shop’s days begin and end by it.")),
    FixedSetting(
        "SHOP_MFA",
        _("Second factor"),
        _("No session can lower it for everybody."),
        {"off": _("Off"), "offered": _("Offered"), "required": _("Required of everybody")},
    ),
    FixedSetting("SHOP_URL", _("Address"), _("Links, sign-ins and certificates depend on it.")),
    FixedSetting("SHOP_ORDER_PREFIX", _("Order numbers begin with"), _("Numbers that were given stay.")),
)
