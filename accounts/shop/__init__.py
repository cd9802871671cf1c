"""Who changed the shop's settings, and how: the use cases on top of `backoffice.shop`."""
