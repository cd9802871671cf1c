import pytest

from backoffice.pictures.logo import Logo

pytestmark = pytest.mark.once
NAME = "0f" * 16


def test_what_is_kept_reads_back_and_nothing_else_does() -> None:
    logo = Logo(NAME, 480, 120)

    assert Logo.kept_as(str(logo)) == logo
    for text in ("", NAME, f"{NAME}-480x0", f"{NAME}-480x1200", f"../{logo}", f"{logo}\n"):
        assert Logo.kept_as(text) is None


def test_others_are_given_its_whole_address(settings) -> None:
    settings.SHOP_URL = "https://shop.example.com"
    logo = Logo(NAME, 480, 120)

    assert logo.url == f"/pictures/{NAME}-480x120.png"
    assert logo.address == f"https://shop.example.com/pictures/{NAME}-480x120.png"
    settings.PICTURES_URL = "https://cdn.example.com/"
    assert logo.address == f"https://cdn.example.com/{NAME}-480x120.png"


@pytest.mark.parametrize(
    ("size", "shown"),
    [((480, 120), (224, 56)), ((720, 60), (240, 20)), ((20, 10), (20, 10)), ((720, 1), (240, 1))],
)
def test_it_is_shown_within_and_never_larger_than_it_is(
    size: tuple[int, int], shown: tuple[int, int]
) -> None:
    assert Logo(NAME, *size).within(240, 56) == shown
