"""Every address of the admin, asked once for what it answers."""

from collections.abc import Iterator

from django.test import Client

from orders.models import Order
from tests.admin_pages import first
from tests.contract import hostile


def whatever_answers(client: Client, order: Order) -> Iterator[tuple[str, str, str]]:
    """Yield address, content type and content of all that answers with text: pages, dialogs, paper, files."""
    addresses = [hostile.with_first_row(pattern, first(pattern)) for pattern in hostile.patterns()]
    addresses.append(f"/admin/orders/order/scan/?order={order}")
    addresses.append("/admin/orders/promotion/backtest/?run=1&percent_off=10")
    for address in addresses:
        answer = client.get(address)
        # Read to its end a file is closed.
        content = b"".join(answer)
        kind = answer.get("Content-Type", "")
        if answer.status_code == 200 and kind.startswith("text/"):
            yield address, kind, content.decode()
