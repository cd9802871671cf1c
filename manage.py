#!/usr/bin/env python
"""Django's own commands: `createsuperuser`, `collectstatic`, `test` and the rest."""

import os
import sys

from backoffice.runtime import private_files


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    private_files.begin()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
