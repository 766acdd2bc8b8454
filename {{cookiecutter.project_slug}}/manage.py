#!/usr/bin/env python
"""Django's command line for the example site. Try `python manage.py demo`."""

# An older Python must be able to read this file, to say that it is too old.

import os
import sys

if __name__ == "__main__":
    # A number and not `sys.version_info`, whose comparison linters call outdated.
    if sys.hexversion < 0x030A0000:
        sys.exit(
            "This project needs Python 3.10 or newer, and this is "
            + sys.version.split()[0]
            + ". With uv, `uv run manage.py demo` finds or fetches a newer one."
        )

    from importlib.util import find_spec

    missing = [name for name in ("django", "dotenv", "jwt") if not find_spec(name)]
    if missing:
        sys.exit(
            "Not installed for this Python: "
            + ", ".join(missing)
            + ". Run `uv run manage.py demo`, which installs what is missing, or "
            + "`python -m pip install --editable . --group dev` first."
        )

    from django.core.management import execute_from_command_line

    # This project's own, whatever is installed, and whatever the environment names.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:0] = [os.path.join(here, "src"), here]
    os.environ["DJANGO_SETTINGS_MODULE"] = "example.settings"
    execute_from_command_line(sys.argv)
