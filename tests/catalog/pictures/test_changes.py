"""Pictures of a product: added, described, put in order and removed, each told in its history."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core.files.storage import storages

from backoffice.db.transactions import write_transaction
from backoffice.errors import Invalid, Refusal
from backoffice.pictures.files import needed_files, stored_files
from backoffice.pictures.names import PictureSize, picture_file
from catalog.models import Product, ProductChange, ProductPicture
from catalog.pictures import (
    MOST_PICTURES,
    add_picture,
    changes,
    describe_picture,
    drawn,
    move_picture,
    remove_picture,
)
from catalog.pictures.audit import audit_pictures
from catalog.pictures.changes import TooManyPictures, UnknownPicture
from catalog.products import UnknownSku
from tests.factories import CLI, make_product
from tests.pictures import pictures_of, png
from tests.races.harness import race

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def product(picture_folder: Any) -> Product:
    return make_product("MUG-7")


def order() -> list[str]:
    return [picture.file_name for picture in Product.objects.get().pictures.all()]


def told() -> list[dict[str, Any]]:
    """What the history says of pictures, the oldest first."""
    return [each.changes for each in ProductChange.objects.order_by("id") if "name" not in each.changes]


def add(content: bytes = b"", **fields: Any) -> ProductPicture:
    return add_picture("mug-7", drawn(content or png()), by=CLI, **fields)


def test_an_added_picture_is_the_last_and_the_first_of_all_is_shown_in_lists(product: Product) -> None:
    version = product.updated_at
    one, two = add(png(), file_name="one.png"), add(png(colour="#2563eb"), file_name="two.png", alt="A mug")

    product.refresh_from_db()
    assert order() == ["one.png", "two.png"]
    assert (one.position, two.position) == (1, 2)
    assert product.picture == one.name
    assert product.updated_at > version
    assert told() == [{"picture": [None, "one.png"]}, {"picture": [None, "A mug"]}]
    assert stored_files() == needed_files([one.name, two.name])
    assert audit_pictures() == []


def test_the_same_file_once_more_adds_nothing() -> None:
    one = add()

    assert add() == one
    assert order() == [one.file_name]
    assert stored_files() == needed_files([one.name])


@committed
@pytest.mark.race
def test_the_same_file_sent_twice_at_once_is_added_once() -> None:
    picture = drawn(png())

    added = race(4, [partial(add_picture, "MUG-7", picture, by=CLI)] * 4)

    assert added == [ProductPicture.objects.get()] * 4
    assert stored_files() == needed_files([added[0].name])


def test_another_product_may_have_the_same_picture() -> None:
    make_product("CUP-1")
    one, other = add(), add_picture("CUP-1", drawn(png()), by=CLI)

    remove_picture("MUG-7", one.name, by=CLI)
    assert other.name != one.name
    assert needed_files([other.name]) <= stored_files()


def test_a_product_has_no_more_than_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_PICTURES == 20
    monkeypatch.setattr(changes, "MOST_PICTURES", 2)
    kept = pictures_of("MUG-7", 2)

    with pytest.raises(TooManyPictures, match="may have 2 pictures"):
        add(png(colour="#000000"))
    assert stored_files() == needed_files(each.name for each in kept)
    assert len(told()) == 2


def test_one_that_comes_at_the_same_moment_as_the_last_is_refused_without_a_trace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both have looked before either is written: the second look is under the lock."""
    monkeypatch.setattr(changes, "MOST_PICTURES", 1)
    look = changes._refuse_too_many
    looks = []

    def look_late(product: Product) -> None:
        looks.append(product)
        if len(looks) > 1:
            look(product)

    monkeypatch.setattr(changes, "_refuse_too_many", look_late)
    ProductPicture.objects.create(
        product=Product.objects.get(), position=1, name="0" * 32, digest="0", width=1, height=1
    )
    with pytest.raises(TooManyPictures):
        add()
    assert stored_files() == set()


def test_what_it_shows_can_be_said() -> None:
    picture = add(file_name="one.png")

    describe_picture("MUG-7", picture.name, alt=" A mug, seen from above ", by=CLI)
    describe_picture("MUG-7", picture.name, alt="A mug, seen from above", by=CLI)
    assert ProductPicture.objects.get().alt == "A mug, seen from above"
    assert told()[1:] == [{"picture_alt": ["", "A mug, seen from above"]}]


@pytest.mark.parametrize("alt", ["a\x1bb", "x" * 256, "\u200b", "two\nlines"])
def test_an_alt_text_is_one_line_that_shows_something(alt: str) -> None:
    picture = add(file_name="one.png")

    for attempt in (
        lambda: describe_picture("MUG-7", picture.name, alt=alt, by=CLI),
        lambda: add(png(colour="#000000"), alt=alt),
    ):
        with pytest.raises(Invalid) as refused:
            attempt()
        assert [fault.pointer for fault in refused.value.faults] == ["/alt"]
    assert ProductPicture.objects.get().alt == ""
    assert len(told()) == 1


@pytest.mark.parametrize(
    ("moved", "position", "after"),
    [
        (3, 1, ["3.png", "1.png", "2.png", "4.png"]),
        (1, 2, ["2.png", "1.png", "3.png", "4.png"]),
        (1, 99, ["2.png", "3.png", "4.png", "1.png"]),
        (4, 0, ["4.png", "1.png", "2.png", "3.png"]),
        (2, 2, ["1.png", "2.png", "3.png", "4.png"]),
    ],
)
def test_pictures_are_put_in_order(moved: int, position: int, after: list[str]) -> None:
    pictures = pictures_of("MUG-7", 4)

    move_picture("MUG-7", pictures[moved - 1].name, position=position, by=CLI)
    assert order() == after
    first, *_ = Product.objects.get().pictures.all()
    assert Product.objects.get().picture == first.name
    assert [each.position for each in ProductPicture.objects.all()] == [1, 2, 3, 4]
    place = after.index(f"{moved}.png") + 1
    assert told()[4:] == ([{"picture_position": [moved, place]}] if place != moved else [])


def test_the_next_one_is_shown_when_the_first_is_removed() -> None:
    one, two = pictures_of("MUG-7", 2)

    remove_picture("MUG-7", one.name, by=CLI)
    assert Product.objects.get().picture == two.name
    assert [each.position for each in ProductPicture.objects.all()] == [1]
    remove_picture("MUG-7", two.name, by=CLI)
    assert Product.objects.get().picture == ""
    assert told()[2:] == [{"picture": ["1.png", None]}, {"picture": ["2.png", None]}]


@committed
def test_the_files_go_once_the_removal_is_committed() -> None:
    picture = add()

    @write_transaction
    def remove_in_vain() -> None:
        remove_picture("MUG-7", picture.name, by=CLI)
        raise LookupError

    with pytest.raises(LookupError):
        remove_in_vain()
    assert stored_files() == needed_files([picture.name])
    remove_picture("MUG-7", picture.name, by=CLI)
    assert stored_files() == set()


@committed
def test_a_storage_that_cannot_delete_leaves_the_removal_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = add()

    def refuse(_name: str) -> None:
        raise OSError

    monkeypatch.setattr(storages["pictures"], "delete", refuse)
    remove_picture("MUG-7", picture.name, by=CLI)
    assert not ProductPicture.objects.exists()
    assert stored_files() == needed_files([picture.name])


def test_a_storage_that_cannot_write_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    write = storages["pictures"].save

    def refuse_the_last(name: str, content: Any) -> str:
        if name.endswith("-96.webp"):
            raise OSError
        return str(write(name, content))

    monkeypatch.setattr(storages["pictures"], "save", refuse_the_last)
    with pytest.raises(OSError):  # noqa: PT011  # whatever the storage says
        add()
    assert stored_files() == set()
    assert not ProductPicture.objects.exists()
    assert told() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda sku, name: describe_picture(sku, name, alt="A mug", by=CLI),
        lambda sku, name: move_picture(sku, name, position=1, by=CLI),
        lambda sku, name: remove_picture(sku, name, by=CLI),
    ],
)
def test_a_picture_is_known_by_its_product_and_name(change: Callable[[str, str], Any]) -> None:
    make_product("CUP-1")
    picture = add()

    refusals: list[tuple[str, str, type[Refusal]]] = [
        ("CUP-1", picture.name, UnknownPicture),
        ("MUG-7", "0" * 32, UnknownPicture),
        ("NONE", picture.name, UnknownSku),
    ]
    for sku, name, refusal in refusals:
        with pytest.raises(refusal):
            change(sku, name)
    assert ProductPicture.objects.get() == picture
    assert len(told()) == 1


def test_files_are_for_the_shop_alone(picture_folder: Any) -> None:
    picture = add()

    assert picture_folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in picture_folder.iterdir()} == {0o600}
    assert (picture_folder / picture_file(picture.name, PictureSize.THUMB)).is_file()
