#!/usr/bin/env python
"""Django's command line for Cleancard."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fraud.project.settings")
    # Commands speak the terminal's language.
    os.environ.setdefault("CLEANCARD_LANGUAGE", "ko" if os.environ.get("LANG", "").startswith("ko") else "en")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
