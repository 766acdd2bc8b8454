"""Make the database and a signed-in user: prints the session's cookie as JSON."""

from __future__ import annotations

import json

import django
from django.core.management import call_command
from django.utils.module_loading import import_string


def sign_in() -> str:
    """Make the tables and a complete user; return the cookie that signs the user in."""
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client()
    users = get_user_model().objects
    make_user = import_string("jupid_embed.tests.users.make_user")
    client.force_login(users.first() or make_user())
    return f"sessionid={client.cookies['sessionid'].value}"


if __name__ == "__main__":
    print(json.dumps(sign_in()))
