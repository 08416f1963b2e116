#!/usr/bin/env python
"""The command line of the project: `manage.py help` lists what it can do."""

import os
import sys

from django.core.management import execute_from_command_line

from sopdesk import embedded


def main() -> None:
    """Run a command. Outside production the servers it needs come up first, unless the environment names others."""
    settings = os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sopdesk.settings.development")
    if not settings.endswith(".production") and not embedded.offline_command(sys.argv):
        try:
            embedded.ensure()
        except embedded.EmbeddedError as error:
            sys.exit(f"manage.py: {error}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
