"""What a WSGI server loads; DJANGO_SETTINGS_MODULE may name other settings."""

import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
_whole = get_wsgi_application()
application = import_string("catalog.early_answers.EarlyAnswers")(_whole)
