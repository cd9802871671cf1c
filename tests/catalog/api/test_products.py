import pytest

from tests.contract.client import Api, assert_problem
from tests.factories import make_category, make_product, make_user, place
from tests.pictures import pictures_of

pytestmark = pytest.mark.django_db


def test_anybody_lists_active_products_and_sees_what_can_be_ordered():
    product = make_product(
        "71053", on_hand=120, price="3.39", name="WHITE METAL LANTERN", category=make_category()
    )
    make_product("HIDDEN", is_active=False)
    place({"71053": 20})

    response = Api().get("products")

    product.refresh_from_db()
    assert response.json() == {
        "items": [
            {
                "sku": "71053",
                "name": "WHITE METAL LANTERN",
                "price": "3.39",
                "stock": 100,
                "category": "lanterns",
                "category_name": "Lanterns",
                "picture": None,
                "weight_grams": None,
                "is_active": True,
                "created_at": product.created_at.isoformat().replace("+00:00", "Z"),
                "updated_at": product.updated_at.isoformat().replace("+00:00", "Z"),
                "family": None,
                "options": None,
            }
        ],
        "next": None,
        "previous": None,
        "currency": "EUR",
    }


def test_staff_see_inactive_products_and_the_shelf():
    make_product("71053", on_hand=120, barcode="4006381333931", low_stock_threshold=7)
    make_product("HIDDEN", is_active=False)
    place({"71053": 20})

    first, second = Api(make_user(role="Warehouse")).get("products").json()["items"]

    assert {
        name: first[name] for name in ("on_hand", "reserved", "stock", "barcode", "low_stock_threshold")
    } == {
        "on_hand": 120,
        "reserved": 20,
        "stock": 100,
        "barcode": "4006381333931",
        "low_stock_threshold": 7,
    }
    assert second["sku"] == "HIDDEN"


def test_one_product_is_found_without_regard_to_case():
    make_product("tea-01", price="12")

    content = Api().get("products/TEA-01").json()

    assert (content["sku"], content["price"], content["currency"]) == ("tea-01", "12.00", "EUR")


@pytest.mark.parametrize("sku", ["NONE", "HIDDEN", "a%00b", "x" * 300])
def test_an_unknown_or_inactive_product_is_not_there(sku):
    make_product("HIDDEN", is_active=False)

    assert Api().get(f"products/{sku}").status_code == 404


def test_only_the_fields_asked_for_come_back():
    make_product("71053")

    assert list(Api().get("products?fields=sku,price").json()["items"][0]) == ["sku", "price"]
    assert list(Api().get("products/71053?fields=price").json()) == ["price"]


@pytest.mark.parametrize("fields", ["sku,colour", "on_hand", "", "sku,"])
def test_a_field_that_does_not_exist_for_the_caller_is_refused(fields):
    assert_problem(Api().get(f"products?fields={fields}"), 422, "validation", "/fields")


def test_a_list_costs_the_same_number_of_queries_whatever_its_length(django_assert_num_queries):
    make_product("A", category=make_category())
    with django_assert_num_queries(1):
        assert len(Api().get("products").json()["items"]) == 1
    make_product("B", category=make_category())
    make_product("C", category=make_category("Tea"))
    with django_assert_num_queries(1):
        assert len(Api().get("products").json()["items"]) == 3


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=lantern", ["A"]),
        ("q=white+metal", ["A"]),
        ("q=b", ["B"]),
        ("category=lanterns", ["A"]),
        ("category=nothing", []),
        ("price_gte=5", ["B", "C"]),
        ("price_lte=5", ["A", "B"]),
        ("price_gte=5&price_lte=5", ["B"]),
        ("stock_gte=3", ["B"]),
        ("stock_lte=0", ["A", "C"]),
        ("in_stock=true", ["B"]),
        ("in_stock=false", ["A", "C"]),
        ("created_after=2020-01-01T00:00:00Z", ["A", "B", "C"]),
        ("created_before=2020-01-01T00:00:00%2B02:00", []),
        ("ordering=-price", ["C", "B", "A"]),
        ("ordering=category,-sku", ["A", "C", "B"]),
    ],
)
def test_products_are_filtered_and_ordered(query, found):
    make_product("A", price="1", name="WHITE METAL LANTERN", category=make_category())
    make_product("B", price="5", on_hand=3, name="Tea")
    make_product("C", price="9", name="Cup")

    assert [item["sku"] for item in Api().get(f"products?{query}").json()["items"]] == found


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("colour=red", "/colour"),
        ("price_gte=cheap", "/price_gte"),
        ("price_gte=1e400", "/price_gte"),
        ("price_gte=-1", "/price_gte"),
        ("stock_gte=1000000000000", "/stock_gte"),
        ("in_stock=maybe", "/in_stock"),
        ("created_after=2020-01-01T00:00:00", "/created_after"),
        ("created_after=9999-12-31T23:59:59-14:00", "/created_after"),
        ("created_after=0.5", "/created_after"),
        ("created_after=1700000000", "/created_after"),
        ("ordering=", "/ordering"),
        ("ordering=sku,name,price,stock", "/ordering"),
        ("limit=0", "/limit"),
        ("limit=101", "/limit"),
        ("ordering=colour", "/ordering"),
        ("q=%00", "/q"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused_and_named(query, pointer):
    assert_problem(Api().get(f"products?{query}"), 422, "validation", pointer)


DETAILS = {
    "description": "Hand-glazed stoneware.\nEach bowl differs a little.",
    "cost": "1.20",
    "weight_grams": 420,
    "supplier_number": "SB-7/2",
}


def test_what_is_said_of_a_product_is_taken_and_told_again():
    manager = Api(make_user(role="Manager"))
    made = manager.post("products", {"sku": "SB-1", "name": "Bowl", "price": "4.13", **DETAILS}).json()
    assert {name: made[name] for name in DETAILS} == DETAILS
    assert (made["picture"], made["pictures"]) == (None, [])

    changed = {"description": "", "cost": None, "weight_grams": 0, "supplier_number": ""}
    assert manager.patch("products/SB-1", changed).json().items() >= changed.items()
    assert manager.get("products/SB-1").json().items() >= changed.items()


def test_what_a_product_costs_the_shop_is_told_to_whoever_may_edit_it_alone():
    manager = Api(make_user(role="Manager"))
    manager.post("products", {"sku": "SB-1", "name": "Bowl", "price": "4.13", **DETAILS})

    # In this order, so that a reply that was kept for one reader would be told to the next.
    assert manager.get("products/SB-1").json()["cost"] == "1.20"
    for role in ("Warehouse", "Support", "Marketing", "Viewer"):
        told = Api(make_user(role=role)).get("products/SB-1").json()
        assert "cost" not in told
        assert told["supplier_number"] == "SB-7/2"
        assert_problem(Api(make_user(role=role)).get("products/SB-1?fields=cost"), 422, "validation")
    stranger = Api().get("products/SB-1").json()
    assert stranger.keys().isdisjoint({"cost", "supplier_number"})
    assert stranger["description"] == DETAILS["description"]
    assert "cost" not in manager.get("products").json()["items"][0]


def test_lists_leave_out_what_is_long():
    make_product("SB-1", description="Long")
    for reader in (Api(), Api(make_user(role="Manager"))):
        assert reader.get("products").json()["items"][0].keys().isdisjoint({"description", "pictures"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cost", "-1"),
        ("cost", "1.234"),
        ("weight_grams", -1),
        ("weight_grams", 1.5),
        ("weight_grams", 100_000_001),
        ("supplier_number", "a\x1bb"),
        ("supplier_number", "x" * 65),
        ("description", "a\x1bb"),
        ("description", "x" * 10_001),
        ("description", None),
    ],
)
def test_what_no_product_can_have_is_refused(field, value):
    make_product("SB-1")
    manager = Api(make_user(role="Manager"))
    assert_problem(manager.patch("products/SB-1", {field: value}), 422, "validation", f"/{field}")


def test_a_new_picture_is_another_version_of_the_product(picture_folder):
    make_product("SB-1")
    before = Api().get("products/SB-1")
    (picture,) = pictures_of("SB-1", 1)
    after = Api().get("products/SB-1")

    assert before.headers["ETag"] != after.headers["ETag"]
    assert [each["name"] for each in after.json()["pictures"]] == [picture.name]
    assert Api().get("products").json()["items"][0]["picture"] == after.json()["picture"]
