"""Pictures of a product over the API."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from backoffice.pictures.files import stored_files
from catalog.models import Product, ProductPicture
from tests.contract.client import Api, assert_problem
from tests.factories import make_product, make_user
from tests.pictures import pictures_of, png

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(picture_folder: Any) -> Api:
    make_product("MUG-7")
    return Api(make_user(role="Manager"))


def sent(api: Api, content: bytes, *, query: str = "", **headers: str) -> Any:
    file = SimpleUploadedFile("mug.png", content)
    return api.client.post(
        f"/api/v1/products/mug-7/pictures{query}", {"file": file}, headers={**api.headers, **headers}
    )


def test_a_picture_is_added_and_told_as_with_the_product(manager: Api) -> None:
    answer = sent(manager, png(), query="?alt=A%20mug")

    assert answer.status_code == 201
    told = answer.json()
    assert (told["alt"], told["width"], told["height"]) == ("A mug", 40, 30)
    assert manager.get("products/MUG-7").json()["pictures"] == [told]
    assert manager.get("products/MUG-7").json()["picture"] == told["url"]


def test_the_same_file_once_more_adds_nothing_with_and_without_a_key(manager: Api) -> None:
    key = {"Idempotency-Key": "one"}
    first, again = sent(manager, png(), **key), sent(manager, png(), **key)
    assert first.json() == again.json() == sent(manager, png()).json()
    assert ProductPicture.objects.count() == 1
    assert len(stored_files()) == 4
    assert_problem(sent(manager, png(colour="#000000"), **key), 422, "idempotency_mismatch")
    assert ProductPicture.objects.count() == 1


def test_what_is_no_picture_is_refused_with_a_reason(manager: Api) -> None:
    problem = assert_problem(sent(manager, b"<html>"), 422, "no_picture", "/file")
    assert "Something else is hidden" in problem["detail"]
    assert stored_files() == set()


def test_pictures_are_described_moved_and_removed(manager: Api) -> None:
    one, two = pictures_of("MUG-7", 2)
    path = f"products/MUG-7/pictures/{two.name}"

    assert manager.patch(path, {"alt": "A mug", "position": 1}).json()["alt"] == "A mug"
    assert [each.name for each in Product.objects.get().pictures.all()] == [two.name, one.name]
    assert manager.delete(path).status_code == 204
    assert_problem(manager.delete(path), 404, "unknown_picture")
    assert_problem(manager.patch(path, {"alt": "A mug"}), 404, "unknown_picture")
    for wrong in ({"position": 0}, {"position": 21}, {"alt": None}, {"position": None}, {"alt": "a\x1b"}):
        name = next(iter(wrong))
        assert_problem(
            manager.patch(f"products/MUG-7/pictures/{one.name}", wrong), 422, "validation", f"/{name}"
        )
    assert [each.name for each in Product.objects.get().pictures.all()] == [one.name]


@pytest.mark.parametrize("role", ["Warehouse", "Support", "Marketing", "Viewer", None])
def test_only_those_who_may_edit_products_change_their_pictures(manager: Api, role: str | None) -> None:
    (one,) = pictures_of("MUG-7", 1)
    other = Api(make_user(role=role))
    assert sent(other, png(colour="#000000")).status_code == 403
    assert_problem(other.patch(f"products/MUG-7/pictures/{one.name}", {"alt": "x"}), 403, "forbidden")
    assert_problem(other.delete(f"products/MUG-7/pictures/{one.name}"), 403, "forbidden")
    assert ProductPicture.objects.get().alt == ""
