"""Devices in words, on pages and in mails."""

from django.template import Library

from backoffice.requests.devices import device_of

register = Library()
register.filter("device", device_of)
