"""Everything that is kept of a person, room by room: which columns, what goes, what stays and why.

The one list. The plan and the erasure walk it, and a test fails while a column of text is in no room and not
said to be about nobody: see `columns`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.privacy.account import count_accounts, erase_accounts
from accounts.privacy.person import Person
from accounts.privacy.traces import erase_mails, erase_replies, mails_of, replies_of
from orders.models import CustomerEvent, OrderEvent, PaymentImportRow
from orders.privacy import emptying


@dataclass(frozen=True, slots=True)
class PersonalRoom:
    """A kind of things kept of a person. `holds` names models and their columns that are personal.

    `erase` runs in the erasure's transaction; rooms before it in the list are empty by then.
    """

    key: str
    title: str | Promise
    goes: str | Promise
    holds: Mapping[str, str]
    count: Callable[[Person], int]
    erase: Callable[[Person, datetime], int]
    stays: str | Promise = field(default="")


ROOMS = (
    PersonalRoom(
        "statements",
        _("Lines of bank statements"),
        _("Names and texts of the lines that were for the orders."),
        {"orders.PaymentImportRow": "name text"},
        lambda person: PaymentImportRow.objects.filter(order__in=person.orders).count(),
        emptying.empty_statement_lines,
        _("Amounts, dates and the bank's numbers: the books must be kept."),
    ),
    PersonalRoom(
        "timelines",
        _("Timelines of orders"),
        _("Comments, reasons, tracking numbers, and what addresses and notes were changed from and to."),
        {"orders.OrderEvent": "facts"},
        lambda person: OrderEvent.objects.filter(order__in=person.orders).count(),
        emptying.empty_timelines,
        _("What happened when, and to which goods."),
    ),
    PersonalRoom(
        "orders",
        _("Orders"),
        _("Name, e-mail address, postal address, telephone number and note, also of parcels."),
        {
            "orders.Order": "email ship_name ship_line1 ship_line2 ship_city ship_region ship_postcode "
            "ship_phone note search_text",
            "orders.Shipment": "tracking_number tracking_end shipping_address",
            "orders.Allowance": "reason",
            "orders.Cancellation": "reason",
            "orders.Return": "reason",
        },
        lambda person: len(person.orders),
        emptying.empty_orders,
        _("Number, dates, products, quantities, amounts, discount and country: the books must be kept."),
    ),
    PersonalRoom(
        "mails",
        _("E-mails"),
        _("What they say and whom they go to; those that wait are withdrawn."),
        {"outbox.EmailMessage": "recipient context error subject text html"},
        lambda person: mails_of(person).filter(forgotten_at=None).count(),
        erase_mails,
        _("That one was sent, when and about which order."),
    ),
    PersonalRoom(
        "replies",
        _("Kept answers"),
        _("What programs and forms were answered in the last seven days."),
        {"backoffice.IdempotencyRecord": "key headers body"},
        lambda person: len(replies_of(person)),
        erase_replies,
        _("That it was done, so that it is not done once more."),
    ),
    PersonalRoom(
        "account",
        _("Account"),
        _("Name, address, password, sign-ins with their places and browsers, and everything signed in."),
        {
            "accounts.User": "email name password search_text",
            "accounts.AccountEvent": "facts address",
            "accounts.KnownPlace": "block",
            "accounts.BrowserSession": "session_key session_data address user_agent",
            "accounts.TokenFamily": "address user_agent revoked_because",
            "accounts.RefreshToken": "token_hash",
            "accounts.EmailChange": "email",
            "accounts.Authenticator": "name secret credential_id public_key",
            "accounts.RecoveryCode": "code_hash",
        },
        count_accounts,
        erase_accounts,
    ),
    PersonalRoom(
        "history",
        _("History of the customer"),
        _("Old and new values. Merges can no longer be undone."),
        {"orders.CustomerEvent": "facts"},
        lambda person: CustomerEvent.objects.filter(pk__in=emptying.history_rows(person)).count(),
        emptying.empty_customer_history,
        _("What was done when, and by whom."),
    ),
    PersonalRoom(
        "customer",
        _("Customer"),
        _("Name, e-mail address, telephone number and note."),
        {"accounts.Customer": "email name phone note search_text"},
        lambda person: len(person.customers),
        emptying.empty_customers,
        _("A number that orders and uses of promo codes belong to, so that sums and limits stay right."),
    ),
)
