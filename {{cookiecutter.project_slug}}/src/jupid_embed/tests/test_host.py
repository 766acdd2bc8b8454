"""The endpoint under this project's own urls, middleware and settings."""

from traceback import extract_tb
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.test import Client
from django.urls import get_script_prefix, reverse

from . import rows
from .test_tokens import verify
from .test_views import signed_in
from .users import expected_claims, make_user

pytestmark = rows.django_db

# A policy of the project's own may send people elsewhere, or hide what is there.
REFUSALS = {*range(300, 500), 503}


def get(client: Client) -> Any:
    """Fetch a token as the page does: over https, and from the same site."""
    if "jupid_embed.E007" in settings.SILENCED_SYSTEM_CHECKS:
        pytest.skip("The endpoint stands in urls that a middleware of yours chooses.")
    url = reverse("jupid_embed:token").removeprefix(get_script_prefix())
    headers = {"accept": "application/json", "sec-fetch-site": "same-origin"}
    try:
        response = client.get(f"/{url}", secure=True, headers=headers)
    except Exception as error:
        if "embed_token" in {frame.name for frame in extract_tb(error.__traceback__)}:
            raise
        pytest.skip(f"A middleware of this project's own raises {error!r}")
    if response.status_code == 200 and "json" not in response.get("Content-Type", ""):
        pytest.skip("A policy of this project's own answers with a page.")
    return response


def is_signed_in(client: Client) -> bool:
    request: Any = HttpRequest()
    request.session = client.session
    return get_user(request).is_authenticated


def test_signed_in_user_gets_a_token_of_their_own() -> None:
    user = make_user()
    client = signed_in(user)
    response = get(client)

    if response.status_code == 401 and not is_signed_in(client):
        pytest.skip("This project's users sign in by something else than a session.")
    if response.status_code in REFUSALS - {401, 422}:
        assert b'"token"' not in response.content
        pytest.skip(f"A policy of this project's own answers {response.status_code}.")
    assert response.status_code == 200, response.content
    assert verify(response.json()["token"])["sub"] == expected_claims(user)["sub"]
    assert "no-store" in response["Cache-Control"]


def test_nobody_else_gets_one() -> None:
    response = get(Client())

    assert response.status_code in REFUSALS
    assert b'"token"' not in response.content


def test_user_who_was_made_inactive_gets_none() -> None:
    user = make_user()
    if rows.field_of(user, "is_active") is None:
        pytest.skip("Every user of this model is active.")
    client = signed_in(user)
    rows.update(user, is_active=False)
    if rows.reload(user).is_active:
        pytest.skip("Whether a user is active follows from something else here.")

    assert get(client).status_code in REFUSALS
