"""Moments on pages, shown as cells of lists show them."""

from django.template import Library

from backoffice import dates
from backoffice.admin.cells import moment

register = Library()
register.filter("moment", moment)
register.filter("time_of_day", dates.time_of_day)
