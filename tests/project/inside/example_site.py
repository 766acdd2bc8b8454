"""The example site without a browser: who gets in, what its pages send, and what its
command says when it cannot start. It is run within a baked project."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from example import people
from jupid_embed.tests import users

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fast_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def test_the_dashboard_asks_for_a_sign_in(client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 302
    assert response["Location"] == "/login/?next=/"


def test_the_dashboard_embeds_and_is_kept_by_no_cache(client: Client) -> None:
    client.force_login(users.make_user())
    response = client.get("/")
    assert response.status_code == 200
    assert "<jupid-embed " in response.text
    assert response["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"
    assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "no-store" in response["Cache-Control"]


def test_signing_out_leads_to_the_login_page(client: Client) -> None:
    client.force_login(users.make_user())
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/").status_code == 302


def test_the_users_to_try_sign_in_with_their_password(client: Client) -> None:
    people.make()
    assert list(people.known()) == ["ada", "grace", "alan"]
    for username in people.known():
        form = {"username": username, "password": people.PASSWORD}
        assert client.post("/login/", form)["Location"] == "/"
        client.logout()


def test_users_are_made_once_and_left_as_they_are() -> None:
    people.make()
    changed = get_user_model()._default_manager.get(username="ada")
    changed.set_password("changed")
    changed.save()
    people.make()
    changed.refresh_from_db()
    assert changed.check_password("changed")


@pytest.mark.parametrize("debug", [True, False])
def test_the_login_page_names_the_users_to_try_in_debug_alone(
    client: Client, settings: Settings, debug: bool
) -> None:
    settings.DEBUG = debug
    people.make()
    assert (people.PASSWORD in client.get("/login/").text) is debug


def test_the_demo_is_for_development(settings: Settings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError) as raised:
        call_command("demo")
    assert str(raised.value) == (
        "The demo is for development: it runs with DEBUG=1 only."
    )


def test_the_deploy_check_names_the_public_key_of_the_example() -> None:
    found = run_checks(tags=["security"], include_deployment_checks=True)
    assert "security.W009" in [message.id for message in found]


def test_the_demo_names_a_database_of_other_models(settings: Settings) -> None:
    settings.DEBUG = True
    settings.JUPID_EMBED_SECRET = "dev-a-secret-of-these-tests-and-of-nothing-else"
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE example_user ADD COLUMN other integer")
    with pytest.raises(CommandError) as raised:
        call_command("demo")
    assert str(raised.value) == (
        f"{settings.DATABASES['default']['NAME']} does not fit example/models.py: "
        "delete that file, and start again."
    )
