from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from .. import tokens
from ..tokens import build_claims
from ..views import embed_token
from .conftest import SECRET
from .test_tokens import verify
from .users import (
    BEHIND_RELATIONS,
    expected_claims,
    make_user,
    make_user_without_email,
    make_user_without_relations,
)

pytestmark = pytest.mark.django_db(databases="__all__")

URL = "/api/jupid/embed-token"
LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"
FETCH = {"accept": "application/json"}
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(autouse=True, params=["without", "with"])
def login_required_middleware(
    request: pytest.FixtureRequest, settings: Settings
) -> None:
    """Run every test here without and with LoginRequiredMiddleware."""
    others = [name for name in settings.MIDDLEWARE if name != LOGIN_REQUIRED]
    settings.MIDDLEWARE = others + [LOGIN_REQUIRED] * (request.param == "with")


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def get(client: Client, headers: dict[str, str] | None = None) -> HttpResponse:
    response: HttpResponse = client.get(URL, headers=headers)  # type: ignore[assignment]
    return response


def test_endpoint_stands_where_jupid_documents_it() -> None:
    assert reverse("jupid_embed:token") == URL


def test_signed_in_user_gets_a_token() -> None:
    user = make_user()
    response = get(signed_in(user), FETCH)

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    answer = json.loads(response.content)
    assert list(answer) == ["token"]
    assert verify(answer["token"])["sub"] == expected_claims(user)["sub"]


def test_each_user_gets_their_own_token() -> None:
    users = [make_user("ada"), make_user("eve")]
    tokens = [json.loads(get(signed_in(user)).content)["token"] for user in users]

    assert [verify(token)["sub"] for token in tokens] == [
        expected_claims(user)["sub"] for user in users
    ]


def test_request_cannot_choose_the_user() -> None:
    user, other = make_user("ada"), make_user("eve")
    response = signed_in(user).get(URL, {"user": other.pk, "sub": other.pk})

    assert verify(response.json()["token"])["sub"] == expected_claims(user)["sub"]


@pytest.mark.parametrize(
    "headers",
    [
        FETCH,
        {"accept": "application/json, text/html;q=0.9"},
        {"accept": "*/*"},
        {"accept": "image/*"},
        {},
    ],
)
def test_anonymous_fetch_gets_401_json(headers: dict[str, str]) -> None:
    response = get(Client(), headers)

    assert response.status_code == 401
    assert json.loads(response.content) == {"error": "not_authenticated"}


def test_anonymous_navigation_gets_the_login_page() -> None:
    response = get(Client(), BROWSER)

    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next={URL}"


def test_user_who_was_made_inactive_is_not_signed_in() -> None:
    user = make_user()
    client = signed_in(user)
    user.is_active = False
    user.save()

    assert get(client, FETCH).status_code == 401


def test_user_without_email_gets_422() -> None:
    response = get(signed_in(make_user_without_email()), FETCH)

    assert response.status_code == 422
    assert json.loads(response.content) == {"error": "email_missing"}


def test_user_without_an_id_gets_422(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "build_jupid_sub", lambda user: "")
    response = get(signed_in(make_user()), FETCH)

    assert response.status_code == 422
    assert json.loads(response.content) == {"error": "sub_missing"}


def test_user_without_relations_gets_a_token_where_it_can_be_one() -> None:
    response = get(signed_in(make_user_without_relations()), FETCH)

    needs_relation = BEHIND_RELATIONS & {"email", "sub"}
    assert response.status_code == (422 if needs_relation else 200)


@pytest.mark.parametrize(
    "method", ["post", "put", "patch", "delete", "head", "options"]
)
def test_other_methods_get_405(method: str) -> None:
    response = getattr(signed_in(make_user()), method)(URL)

    assert response.status_code == 405
    assert response["Allow"] == "GET"


@pytest.mark.parametrize(
    ("status", "make"),
    [(200, make_user), (422, make_user_without_email), (401, None)],
)
def test_no_cache_keeps_an_answer(status: int, make: Any) -> None:
    response = get(signed_in(make()) if make else Client(), FETCH)

    assert response.status_code == status
    assert set(response["Cache-Control"].split(", ")) == {"private", "no-store"}


@pytest.mark.parametrize(("method", "status"), [("post", 405), ("get", 302)])
def test_no_cache_keeps_a_refusal(method: str, status: int) -> None:
    response = getattr(Client(), method)(URL, headers=BROWSER)

    assert response.status_code == status
    assert set(response["Cache-Control"].split(", ")) == {"private", "no-store"}


def test_djangos_cache_middleware_keeps_no_token(settings: Settings) -> None:
    settings.MIDDLEWARE = [
        "django.middleware.cache.UpdateCacheMiddleware",
        *settings.MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]
    client = signed_in(make_user())
    tokens = {get(client).content for _ in range(2)}

    assert len(tokens) == 2


def test_log_names_jti_and_user_but_never_the_token(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    user = make_user()
    token = json.loads(get(signed_in(user)).content)["token"]

    line = f"Token {verify(token)['jti']} issued to user {user.pk}"
    assert ("jupid_embed", logging.INFO, line) in caplog.record_tuples
    assert not any(part in caplog.text for part in token.split("."))


def test_log_says_why_a_user_gets_no_token(caplog: pytest.LogCaptureFixture) -> None:
    user = make_user_without_email()
    get(signed_in(user), FETCH)

    line = f"No token for user {user.pk}: email is empty"
    assert ("jupid_embed", logging.WARNING, line) in caplog.record_tuples


@pytest.mark.parametrize(
    ("secret", "payload", "error"),
    [
        ("a short secret", {}, "InvalidKeyError"),
        ("S3CRET-core-value-from-jupid-0123456789\udce9", {}, "ImproperlyConfigured"),
        (SECRET, {"share": float("nan")}, "ValueError"),
        (SECRET, {"share": object()}, "TypeError"),
    ],
)
def test_error_report_does_not_hold_the_secret(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    secret: str,
    payload: dict[str, Any],
    error: str,
) -> None:
    settings.DEBUG = True  # the report with every variable of every frame
    settings.JUPID_EMBED_SECRET = secret
    monkeypatch.setattr(tokens, "build_jupid_payload", lambda user: payload)
    client = signed_in(make_user())
    client.raise_request_exception = False
    response = get(client, {"accept": "text/html"})

    assert response.status_code == 500
    assert error in response.content.decode()
    # A byte that is no UTF-8 would be written otherwise; the rest of the secret is not.
    assert secret.rstrip("\udce9") not in response.content.decode()


def test_queries_are_session_user_and_relations_alone() -> None:
    client = signed_in(make_user())

    def queries_of(act: Callable[[HttpRequest], object]) -> list[str]:
        request = RequestFactory().get(URL)
        request.session = client.session
        with CaptureQueriesContext(connection) as queries:
            request.user = get_user(request)
            act(request)
        return [query["sql"].partition(" WHERE ")[0] for query in queries]

    needed = queries_of(lambda request: build_claims(request.user))
    assert queries_of(embed_token) == needed


def test_jti_names_one_token() -> None:
    client = signed_in(make_user())
    jtis = {verify(json.loads(get(client).content)["token"])["jti"] for _ in range(5)}

    assert len(jtis) == 5
    assert all(uuid.UUID(jti).version == 4 for jti in jtis)
