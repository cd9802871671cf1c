import pytest

from catalog import stock
from catalog.models import Product, StockMovement
from tests.contract.client import Api, assert_problem
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def warehouse() -> Api:
    return Api(make_user("wanda@example.com", role="Warehouse"))


def on_hand(sku: str) -> int:
    return Product.objects.get(sku=sku).on_hand


def test_stock_is_received_adjusted_and_counted(warehouse):
    make_product("71053", on_hand=120)

    received = warehouse.post("stock/movements", {"sku": "71053", "kind": "receive", "quantity": 10})
    adjusted = warehouse.post(
        "stock/movements",
        {"sku": "71053", "kind": "adjust", "quantity": -4, "reason": "damaged", "note": "Wet"},
    )
    counted = warehouse.post(
        "stock/movements", {"sku": "71053", "kind": "count", "quantity": 100, "expected": 126}
    )

    assert received.status_code == 201
    movement = StockMovement.objects.get(pk=received.json()["id"])
    assert received.json() == {
        "id": movement.pk,
        "sku": "71053",
        "kind": "receive",
        "on_hand_delta": 10,
        "reserved_delta": 0,
        "on_hand_after": 130,
        "reserved_after": 0,
        "reason": "",
        "note": "",
        "reference": "",
        "actor": "wanda@example.com",
        "source": "api",
        "at": movement.at.isoformat().replace("+00:00", "Z"),
    }
    assert (adjusted.json()["on_hand_after"], adjusted.json()["reason"]) == (126, "damaged")
    assert (counted.json()["on_hand_delta"], on_hand("71053")) == (-26, 100)


@pytest.mark.parametrize(
    ("change", "status", "code", "pointer"),
    [
        ({"sku": "NOPE"}, 404, "unknown_sku", None),
        ({"kind": "steal"}, 422, "validation", "/kind"),
        ({"quantity": 0}, 422, "validation", "/quantity"),
        ({"quantity": -1}, 422, "validation", "/quantity"),
        ({"quantity": 10**12}, 422, "validation", "/quantity"),
        ({"quantity": 2_000_000_000}, 422, "validation", "/quantity"),
        ({"quantity": "10"}, 422, "validation", "/quantity"),
        ({"kind": "adjust", "quantity": 5}, 422, "validation", "/reason"),
        ({"kind": "adjust", "quantity": 5, "reason": "theft"}, 422, "validation", "/reason"),
        ({"kind": "adjust", "quantity": -9, "reason": "lost"}, 409, "below_reserved", "/quantity"),
        ({"kind": "count", "quantity": 2}, 409, "below_reserved", "/quantity"),
        ({"kind": "count", "quantity": 9, "expected": 11}, 412, "stale", None),
        ({"expected": 9}, 422, "validation", "/expected"),
        ({"kind": "count", "quantity": 9, "reference": "4711"}, 422, "validation", "/reference"),
        ({"reference": "x" * 65}, 422, "validation", "/reference"),
        ({"note": "x" * 256}, 422, "validation", "/note"),
        ({"on_hand": 10}, 422, "validation", "/on_hand"),
        ({"note": "\x00"}, 422, "validation", "/note"),
    ],
)
def test_a_faulty_movement_is_refused_and_moves_nothing(warehouse, change, status, code, pointer):
    make_product("71053", on_hand=10)
    place({"71053": 3})
    movements = StockMovement.objects.count()

    response = warehouse.post("stock/movements", {"sku": "71053", "kind": "receive", "quantity": 1} | change)

    assert_problem(response, status, code, *([pointer] if pointer else []))
    assert (StockMovement.objects.count(), on_hand("71053")) == (movements, 10)


def test_the_ledger_of_a_product_is_read_newest_first(warehouse):
    make_product("71053", on_hand=10)
    order = place({"71053": 3})

    items = warehouse.get("products/71053/movements").json()["items"]

    assert [(item["kind"], item["reference"], item["reserved_delta"], item["actor"]) for item in items] == [
        ("reserve", order.number, 3, "System"),
        ("receive", "", 0, "System"),
    ]
    assert [
        item["kind"] for item in warehouse.get("products/71053/movements?kind=receive").json()["items"]
    ] == ["receive"]
    assert_problem(warehouse.get("products/NOPE/movements"), 404, "unknown_sku")


def test_customers_and_support_move_no_stock():
    make_product("71053", on_hand=10)
    body = {"sku": "71053", "kind": "receive", "quantity": 1}

    for user in (make_user(), *(make_user(role=role) for role in ("Support", "Marketing", "Viewer"))):
        assert_problem(Api(user).post("stock/movements", body), 403, "forbidden")
    assert_problem(Api().post("stock/movements", body), 401, "not_authenticated")
    assert_problem(Api(make_user()).get("products/71053/movements"), 403, "forbidden")
    assert on_hand("71053") == 10


def test_a_receipt_keeps_its_reference(warehouse):
    make_product("71053")
    body = {"sku": "71053", "kind": "receive", "quantity": 10, "reference": "delivery 4711"}

    assert warehouse.post("stock/movements", body).json()["reference"] == "delivery 4711"
    assert StockMovement.objects.get().reference == "delivery 4711"


def test_a_movement_that_is_sent_twice_with_one_key_moves_once(warehouse):
    make_product("71053")
    body = {"sku": "71053", "kind": "receive", "quantity": 10}

    first = warehouse.post("stock/movements", body, Idempotency_Key="k")
    assert warehouse.post("stock/movements", body, Idempotency_Key="k").content == first.content
    assert on_hand("71053") == 10
    other = warehouse.post("stock/movements", {**body, "quantity": 11}, Idempotency_Key="k")
    assert_problem(other, 422, "idempotency_mismatch", "/Idempotency-Key")
    assert on_hand("71053") == 10


def test_the_ledger_is_read_in_pages_of_chosen_fields(warehouse, django_assert_num_queries):
    make_product("71053", on_hand=10)
    for count in range(3):
        stock.count("71053", count, by=CLI)

    path = "products/71053/movements?limit=2&fields=kind,on_hand_after"
    first = warehouse.get(path).json()
    assert first["items"] == [{"kind": "count", "on_hand_after": 2}, {"kind": "count", "on_hand_after": 1}]
    with django_assert_num_queries(4):
        second = warehouse.get(f"{path}&cursor={first['next']}").json()
    assert [item["on_hand_after"] for item in second["items"]] == [0, 10]
    assert second["next"] is None
    assert_problem(warehouse.get(f"{path}&cursor=forged"), 422, "invalid_cursor", "/cursor")
    assert_problem(warehouse.get(f"{path}&colour=red"), 422, "validation", "/colour")
    assert warehouse.get("products/71053/movements?count=true&kind=count").json()["count"] == 3
