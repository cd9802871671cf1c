"""Moments on pages, shown as cells of lists show them."""

from django.template import Library

from backoffice.admin.cells import moment

register = Library()
register.filter("moment", moment)
