"""Pictures on the page of a product."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Source
from backoffice.pictures import drawing
from catalog.models import Product, ProductChange, ProductPicture
from catalog.pictures import changes
from tests.admin_fixtures import SignIn
from tests.factories import make_product
from tests.pictures import pictures_of, png

pytestmark = pytest.mark.django_db
AS_PART = {"X-Part": "pictures"}


@pytest.fixture
def product(picture_folder: Any) -> Product:
    return make_product("MUG-7", name="Mug")


def page_of(product: Product) -> str:
    return f"/admin/catalog/product/{product.pk}/change/"


def add(client: Client, product: Product, *contents: bytes, **options: Any) -> Any:
    files = [SimpleUploadedFile(f"{number}.png", content) for number, content in enumerate(contents, start=1)]
    return client.post(f"/admin/catalog/product/{product.pk}/pictures/", {"pictures": files}, **options)


def change(client: Client, product: Product, picture: ProductPicture, **sent: Any) -> Any:
    url = f"/admin/catalog/product/{product.pk}/picture/"
    return client.post(url, {"picture": picture.name, "alt": picture.alt, **sent})


def order(product: Product) -> list[str]:
    return [picture.file_name for picture in product.pictures.all()]


def test_several_are_added_at_once_in_the_name_of_whoever_chose_them(
    manager: Client, product: Product
) -> None:
    answer = add(manager, product, png(), png(colour="#2563eb"))

    assert answer.headers["Location"] == f"{page_of(product)}#pictures"
    assert order(product) == ["1.png", "2.png"]
    entry = ProductChange.objects.order_by("-id")[0]
    assert (entry.source, entry.actor is None) == (Source.ADMIN, False)
    page = manager.get(page_of(product))
    assert "Shown in lists" in page.text
    assert f'src="{product.pictures.all()[1].card_url}"' in page.text


def test_a_script_gets_the_card_as_it_is_then(manager: Client, product: Product) -> None:
    answer = add(manager, product, png(), headers=AS_PART)

    picture = ProductPicture.objects.get()
    assert answer.status_code == 200
    assert f'data-name="{picture.name}"' in answer.text
    assert 'id="pictures"' in answer.text
    assert "<html" not in answer.text


def test_a_refusal_names_the_file_and_keeps_the_others(manager: Client, product: Product) -> None:
    page = add(manager, product, png(), b"no picture", follow=True)
    assert "2.png: Choose a JPEG, PNG or WebP file" in page.text
    assert order(product) == ["1.png"]

    told = add(manager, product, b"no picture", headers=AS_PART)
    assert (told.status_code, told["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert told.text.startswith("1.png: Choose a JPEG, PNG or WebP file")


def test_who_comes_while_others_are_drawn_is_told_to_try_again(
    manager: Client, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "WAIT_SECONDS", 0.01)
    with drawing._turn():
        told = add(manager, product, png(), headers=AS_PART)
    assert told["Content-Type"] == "text/plain; charset=utf-8"
    assert "try again in a moment" in told.text


def test_a_file_that_is_too_large_is_refused_without_being_drawn(
    manager: Client, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "_decoded", lambda _content: pytest.fail("It was decoded."))
    told = add(manager, product, bytes(drawing.MOST_BYTES + 2), headers=AS_PART)
    assert "at most 10 are taken" in told.text


def test_pictures_are_described_moved_and_removed(manager: Client, product: Product) -> None:
    one, two, three = pictures_of("MUG-7", 3)

    change(manager, product, three, position="1")
    assert order(product) == ["3.png", "1.png", "2.png"]
    change(manager, product, one, alt="A mug")
    change(manager, product, two, remove="1")
    assert order(product) == ["3.png", "1.png"]
    page = manager.get(page_of(product)).text
    assert 'alt="A mug"' in page
    for told in ("Place of a picture", "Alt text of a picture"):
        assert told in page


def test_a_picture_that_is_gone_is_a_refusal(manager: Client, product: Product) -> None:
    (one,) = pictures_of("MUG-7", 1)
    change(manager, product, one, remove="1")

    page = manager.get(change(manager, product, one, remove="1").headers["Location"])
    assert "MUG-7 has no such picture; it may have been removed." in page.text


@pytest.mark.parametrize("position", ["²", "-1", "9" * 40])
def test_an_odd_place_is_no_fault_of_ours(manager: Client, product: Product, position: str) -> None:
    one, _two = pictures_of("MUG-7", 2)
    assert change(manager, product, one, position=position).status_code == 302


def test_whoever_may_only_look_sees_pictures_and_no_way_to_change_them(
    sign_in: SignIn, product: Product
) -> None:
    (one,) = pictures_of("MUG-7", 1)
    viewer = sign_in("Viewer")

    page = viewer.get(page_of(product)).text
    assert one.card_url in page
    assert "Choose pictures" not in page
    assert "Change picture" not in page
    assert add(viewer, product, png(colour="#000000")).status_code == 403
    assert change(viewer, product, one, remove="1").status_code == 403
    assert order(product) == ["1.png"]


def test_a_full_product_takes_no_more(
    manager: Client, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MOST_PICTURES", 1)
    pictures_of("MUG-7", 1)

    told = add(manager, product, png(colour="#000000"), headers=AS_PART)
    assert "A product may have 1 pictures" in told.text
    assert order(product) == ["1.png"]


def test_strangers_are_asked_to_sign_in_before_a_file_is_kept(product: Product) -> None:
    assert add(Client(), product, png()).status_code in (302, 403)
    assert not ProductPicture.objects.exists()


def test_the_page_and_the_list_ask_no_more_for_more_pictures(
    manager: Client, product: Product, django_assert_max_num_queries: Any
) -> None:
    make_product("CUP-1")
    counts = []
    for sku in ("MUG-7", "CUP-1"):
        pictures_of(sku, 3)
        with django_assert_max_num_queries(40) as asked:
            listed = manager.get("/admin/catalog/product/")
        counts.append(len(asked))
        assert Product.objects.get(sku=sku).picture in listed.text
    assert counts[0] >= counts[1]
