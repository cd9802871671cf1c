import pytest

from catalog.models import Product
from tests.contract.client import Api, assert_problem
from tests.factories import make_category, make_product, make_shopper, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Api:
    return Api(make_user(role="Manager"))


def test_a_product_is_created_without_stock(manager):
    make_category("Lanterns")

    response = manager.post(
        "products", {"sku": " 71053 ", "name": "WHITE METAL LANTERN", "price": "3.39", "category": "lanterns"}
    )

    content = response.json()
    assert response.status_code == 201
    assert response["Location"] == "/api/v1/products/71053"
    assert (content["sku"], content["price"], content["stock"], content["category"]) == (
        "71053",
        "3.39",
        0,
        "lanterns",
    )
    assert manager.get("products/71053").content == response.content


@pytest.mark.parametrize(
    ("change", "status", "code", "pointer"),
    [
        ({"sku": "taken barcode"}, 409, "sku_taken", "/sku"),
        ({"barcode": "4006381333931"}, 409, "sku_taken", "/barcode"),
        ({"sku": "a/b"}, 422, "validation", "/sku"),
        ({"sku": "  "}, 422, "validation", "/sku"),
        ({"name": ""}, 422, "validation", "/name"),
        ({"price": "-1"}, 422, "validation", "/price"),
        ({"price": "1.005"}, 422, "validation", "/price"),
        ({"price": "1e12"}, 422, "validation", "/price"),
        ({"price": "cheap"}, 422, "validation", "/price"),
        ({"price": True}, 422, "validation", "/price"),
        ({"price": None}, 422, "validation", "/price"),
        ({"category": "nothing"}, 422, "validation", "/category"),
        ({"is_active": "yes"}, 422, "validation", "/is_active"),
        ({"low_stock_threshold": -1}, 422, "validation", "/low_stock_threshold"),
        ({"on_hand": 5}, 422, "validation", "/on_hand"),
        ({"stock": 5}, 422, "validation", "/stock"),
    ],
)
def test_a_faulty_product_is_refused(manager, change, status, code, pointer):
    make_product("TAKEN BARCODE", barcode="4006381333931")

    response = manager.post("products", {"sku": "71053", "name": "Lantern", "price": "3.39"} | change)

    assert_problem(response, status, code, pointer)
    assert Product.objects.count() == 1


def test_only_what_is_sent_changes(manager):
    make_product("71053", on_hand=5, price="3.39", name="Lantern", category=make_category(), barcode="1")

    content = manager.patch("products/71053", {"price": "4.00", "category": None}).json()

    assert (
        content["price"],
        content["category"],
        content["name"],
        content["barcode"],
        content["on_hand"],
    ) == (
        "4.00",
        None,
        "Lantern",
        "1",
        5,
    )
    assert_problem(manager.patch("products/71053", {"price": None}), 422, "validation", "/price")
    assert_problem(manager.patch("products/71053", {"reserved": 1}), 422, "validation", "/reserved")
    assert_problem(manager.patch("products/NOPE", {"price": "1"}), 404, "unknown_sku")


def test_a_stale_change_is_refused(manager):
    make_product("71053", price="3.39")
    etag = manager.get("products/71053")["ETag"]

    first = manager.patch("products/71053", {"price": "4.00"}, If_Match=etag)
    second = manager.patch("products/71053", {"price": "5.00"}, If_Match=etag)

    assert first.status_code == 200
    assert_problem(second, 412, "stale")
    assert str(Product.objects.get().price) == "4.00"


def test_deleting_a_product_that_was_ordered_archives_it(manager):
    make_product("71053", on_hand=5)
    order = place({"71053": 2})

    assert manager.delete("products/71053").status_code == 204

    product = Product.objects.get()
    assert (product.is_active, product.on_hand, product.reserved) == (False, 5, 2)
    assert Api().get("products/71053").status_code == 404
    assert manager.get("products/71053").json()["is_active"] is False
    assert manager.get(f"orders/{order.number}").json()["lines"][0]["sku"] == "71053"
    assert manager.post("products/71053", {}).status_code == 405


@pytest.mark.parametrize("role", [None, "Warehouse", "Support", "Marketing", "Viewer"])
def test_who_may_not_change_products_does_not(role):
    make_product("71053", price="3.39")
    api = Api(make_user(role=role) if role else make_shopper())

    assert_problem(api.post("products", {"sku": "X", "name": "X", "price": "1"}), 403, "forbidden")
    assert_problem(api.patch("products/71053", {"price": "0.01"}), 403, "forbidden")
    assert_problem(api.delete("products/71053"), 403, "forbidden")
    assert list(Product.objects.values_list("sku", "is_active")) == [("71053", True)]
    assert str(Product.objects.get().price) == "3.39"


def test_categories_are_listed_for_everybody():
    make_category("Tea")
    make_category("Lanterns")

    assert Api().get("categories").json() == {
        "items": [{"slug": "lanterns", "name": "Lanterns"}, {"slug": "tea", "name": "Tea"}],
        "next": None,
        "previous": None,
    }


@pytest.mark.parametrize("said", ["fine-teas", "FINE-TEAS", "Fine teas", " fine  TEAS "])
def test_a_category_is_named_in_any_case(said: str) -> None:
    make_category("Fine teas")
    make_product("TEA")

    changed = Api(make_user(role="Manager")).patch("products/TEA", {"category": said})

    assert changed.json()["category"] == "fine-teas"
    listed = Api().get("products?category=FINE-teas").json()["items"]
    assert [each["sku"] for each in listed] == ["TEA"]


def test_a_barcode_whose_last_digit_does_not_fit_is_kept_and_remarked(manager):
    detail = "The last digit of a barcode does not fit the others: 4006381333932. It is taken as it is."
    told = [
        {
            "code": "wrong_check_digits",
            "facts": {"names": ["4006381333932"], "count": 1},
            "detail": detail,
        }
    ]
    body = {"sku": "TEA-01", "name": "Tea", "price": "1.00", "barcode": "4006381333932"}

    created = manager.post("products", body)
    assert (created.status_code, created.json()["remarks"]) == (201, told)
    changed = manager.patch("products/TEA-01", {"barcode": "4006381333932"})
    assert (changed.status_code, changed.json()["remarks"]) == (200, told)
    assert "remarks" not in manager.patch("products/TEA-01", {"name": "Green tea"}).json()
    assert "remarks" not in manager.patch("products/TEA-01", {"barcode": "4006381333931"}).json()
    assert "remarks" not in manager.get("products/TEA-01").json()
