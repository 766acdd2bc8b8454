"""The endpoint under this project's own urls and middleware."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import get_script_prefix, reverse

from .conftest import JUPID
from .test_tokens import verify
from .users import expected_claims, make_user

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True, scope="module")
def pinned_settings() -> Iterator[None]:
    """Pin the four values of Jupid alone."""
    with override_settings(**JUPID):
        yield


def get(client: Client) -> Any:
    """Fetch a token as the page does: over https, and from the same site."""
    url = reverse("jupid_embed:token").removeprefix(get_script_prefix())
    headers = {"accept": "application/json", "sec-fetch-site": "same-origin"}
    return client.get(f"/{url}", secure=True, headers=headers)


def test_signed_in_user_gets_a_token_of_their_own() -> None:
    user, client = make_user(), Client()
    client.force_login(user)
    response = get(client)

    if response.status_code in (301, 302, 307, 308, 403, 404):
        assert b"token" not in response.content
        pytest.skip(f"A policy of this project's own answers {response.status_code}.")
    assert response.status_code == 200, response.content
    assert verify(response.json()["token"])["sub"] == expected_claims(user)["sub"]
    assert "no-store" in response["Cache-Control"]


def test_nobody_else_gets_one() -> None:
    response = get(Client())

    assert response.status_code in (301, 302, 303, 307, 308, 401, 403, 404)
    assert b'"token"' not in response.content
