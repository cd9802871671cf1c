"""The admin of people: autodiscovery finds its pages here."""

from accounts.admin import users

__all__ = ["users"]
