import json
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path, reverse
from pytest_django import Settings

from .. import urls
from ..decorators import jupid_embed_page
from . import rows
from .test_tokens import verify
from .users import (
    BEHIND_RELATIONS,
    expected_claims,
    make_user,
    make_user_without_email,
    make_user_without_relations,
)

pytestmark = rows.django_db

# Where Jupid's documentation puts the endpoint, whatever the project's own urls.
URL = "/api/jupid/embed-token"
urlpatterns = [path("api/jupid/", include(urls))]
FETCH = {"accept": "application/json"}


def signed_in(user: Any, backend: str | None = None) -> Client:
    client = Client()
    try:
        client.force_login(user, backend)
    except Exception as error:
        pytest.skip(f"This project's own code refuses force_login: {error!r}")
    return client


def get(client: Client, headers: dict[str, str] | None = None) -> HttpResponse:
    response: HttpResponse = client.get(URL, headers=headers)  # type: ignore[assignment]
    return response


def assert_refused(response: HttpResponse, status: int, error: str) -> None:
    assert (response.status_code, json.loads(response.content)) == (
        *(status, {"error": error}),
    )
    assert response["Content-Type"] == "application/json"
    assert_no_cache_keeps(response)


def assert_no_cache_keeps(response: HttpResponse) -> None:
    assert set(response["Cache-Control"].split(", ")) == {"private", "no-store"}


def test_signed_in_user_gets_their_own_token_whatever_the_query_says() -> None:
    users = [make_user("ada"), make_user("eve")]
    assert reverse("jupid_embed:token") == URL
    for user, other in zip(users, reversed(users), strict=True):
        query = {"user": other.pk, "sub": other.pk}
        response = signed_in(user).get(URL, query, headers=FETCH)

        assert response.status_code == 200
        assert response["Content-Type"] == "application/json"
        assert list(response.json()) == ["token"]
        expected = expected_claims(user)["sub"]
        assert verify(response.json()["token"])["sub"] == expected
        assert_no_cache_keeps(response)  # type: ignore[arg-type]


@pytest.mark.parametrize("accept", ["application/json", "*/*"])
def test_anonymous_fetch_gets_401_json(accept: str) -> None:
    assert_refused(get(Client(), {"accept": accept}), 401, "not_authenticated")


def test_anonymous_navigation_gets_the_login_page() -> None:
    response = get(Client(), {"accept": "text/html,*/*;q=0.8"})

    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next={URL}"
    assert_no_cache_keeps(response)


def test_user_without_email_gets_422() -> None:
    response = get(signed_in(make_user_without_email()), FETCH)

    assert_refused(response, 422, "email_missing")


def test_user_without_relations_gets_a_token_where_it_can_be_one() -> None:
    response = get(signed_in(make_user_without_relations()), FETCH)

    needs_relation = BEHIND_RELATIONS & {"email", "sub"}
    assert response.status_code == (422 if needs_relation else 200)


def test_other_methods_get_405() -> None:
    response = Client().post(URL)

    assert (response.status_code, response["Allow"]) == (405, "GET")
    assert_no_cache_keeps(response)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("site", "origin", "status"),
    [
        ("same-origin", "", 401),
        ("cross-site", "https://evil.example", 403),
        ("same-site", "https://app.example.com", 401),
    ],
)
def test_page_of_another_site_gets_403_unless_django_trusts_it(
    settings: Settings, site: str, origin: str, status: int
) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://app.example.com"]
    response = get(Client(), {"sec-fetch-site": site, "origin": origin, **FETCH})

    error = "cross_site" if status == 403 else "not_authenticated"
    assert_refused(response, status, error)


def test_a_page_gets_the_two_headers_that_the_embed_needs() -> None:
    response = jupid_embed_page(lambda request: HttpResponse())(HttpRequest())

    assert response["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"
    assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"
