"""The shop's logo, which is one file: what it is called, where it is, and how large it is shown."""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import urljoin

from django.conf import settings

from backoffice.pictures.names import url_of

KEPT = re.compile("([0-9a-f]{32})-([1-9][0-9]{0,2})x([1-9][0-9]{0,2})")


@dataclass(frozen=True, slots=True)
class Logo:
    """A logo that the shop has drawn. Its name is random and never used again: its file never changes."""

    name: str
    width: int
    height: int

    @classmethod
    def kept_as(cls, text: str) -> Self | None:
        """Return the logo that was kept as this text; None if it is not how one is kept."""
        found = KEPT.fullmatch(text)
        return cls(found[1], int(found[2]), int(found[3])) if found else None

    def __str__(self) -> str:
        return f"{self.name}-{self.width}x{self.height}"

    @property
    def short_name(self) -> str:
        """Enough of its name for people to tell it from others."""
        return self.name[:8]

    @property
    def file(self) -> str:
        return f"{self}.png"

    @property
    def url(self) -> str:
        return url_of(self.file)

    @property
    def address(self) -> str:
        """The whole address, for whoever knows no path of ours."""
        return urljoin(settings.SHOP_URL, self.url)

    @property
    def is_wide(self) -> bool:
        """Whether it is so wide that it will have the shop's name in it, which need not stand beside it."""
        return self.width > 2 * self.height

    def within(self, width: int, height: int) -> tuple[int, int]:
        """Return the width and height at which it fits in there, never larger than it is."""
        shrunk = min(1, width / self.width, height / self.height)
        return max(1, round(self.width * shrunk)), max(1, round(self.height * shrunk))
