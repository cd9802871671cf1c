"""The admin's look and sidebar, as data."""

UNFOLD: dict[str, object] = {}
