from __future__ import annotations

import json
import logging
from collections.abc import Callable
from inspect import isawaitable
from typing import Any

import pytest
from asgiref.sync import iscoroutinefunction
from django.contrib.auth import get_user
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils.decorators import method_decorator
from django.views import View
from pytest_django import Settings

from .. import identity, views
from ..decorators import jupid_embed_page
from ..tokens import build_claims
from ..views import embed_token, token_response
from .test_more_tokens import variables_of
from .test_tokens import verify
from .test_views import (
    FETCH,
    URL,
    assert_no_cache_keeps,
    assert_refused,
    get,
    signed_in,
)
from .users import expected_claims, make_user

pytestmark = pytest.mark.django_db(databases="__all__")

ALL_USERS = "django.contrib.auth.backends.AllowAllUsersModelBackend"
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize(
    "accept",
    ["application/json", "application/json, text/html;q=0.9", "*/*", "image/*", None],
)
def test_anonymous_fetch_gets_401_json(accept: str | None) -> None:
    response = get(Client(), {"accept": accept} if accept else None)

    assert_refused(response, 401, "not_authenticated")


def test_anonymous_navigation_gets_the_login_page() -> None:
    response = get(Client(), BROWSER)

    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next={URL}"
    assert_no_cache_keeps(response)


def test_request_that_has_no_user_at_all_gets_401_json() -> None:
    request = RequestFactory().get(URL, headers=FETCH)
    vars(request)["user"] = None

    assert_refused(embed_token(request), 401, "not_authenticated")

    request = RequestFactory().get(URL, headers=BROWSER)
    vars(request)["user"] = None
    assert embed_token(request).status_code == 302


def test_signed_in_navigation_gets_the_token_and_no_login_page() -> None:
    response = get(signed_in(make_user()), BROWSER)

    assert response.status_code == 200
    assert list(json.loads(response.content)) == ["token"]


@pytest.mark.parametrize("login_url", [None, ""])
def test_where_there_is_no_login_page_a_navigation_gets_401_json(
    settings: Settings, login_url: str | None
) -> None:
    settings.LOGIN_URL = login_url

    assert_refused(get(Client(), BROWSER), 401, "not_authenticated")


@pytest.mark.parametrize("backend", [None, ALL_USERS])
def test_user_who_was_made_inactive_gets_no_token(
    settings: Settings, backend: str | None
) -> None:
    settings.AUTHENTICATION_BACKENDS = [
        ALL_USERS,
        "django.contrib.auth.backends.ModelBackend",
    ]
    user = make_user()
    if "is_active" not in {field.name for field in user._meta.fields}:
        pytest.skip("Users of this project are never inactive.")
    client = signed_in(user, backend or settings.AUTHENTICATION_BACKENDS[1])
    type(user)._default_manager.filter(pk=user.pk).update(is_active=False)

    refusal = (403, "not_allowed") if backend else (401, "not_authenticated")
    assert_refused(get(client, FETCH), *refusal)


@pytest.mark.parametrize(
    "method", ["post", "put", "patch", "delete", "head", "options"]
)
def test_other_methods_get_405(method: str) -> None:
    response = getattr(Client(), method)(URL)

    assert response.status_code == 405
    assert response["Allow"] == "GET"
    assert_no_cache_keeps(response)


TRUSTED = [
    "https://app.example.com",
    "https://*.example.org",
    "https://*",
    "http://*.example.net:8443",
]


@pytest.mark.parametrize(
    ("site", "origin", "status"),
    [
        (None, None, 401),
        (None, "https://evil.example", 401),
        ("same-origin", None, 401),
        ("none", None, 401),
        ("", None, 403),
        ("same-site", None, 403),
        ("cross-site", None, 403),
        ("cross-site", "null", 403),
        ("cross-site", "", 403),
        ("cross-site", "https://evil.example", 403),
        ("same-site", "https://evil.example.com", 403),
        ("cross-site", "http://app.example.com", 403),
        ("cross-site", "https://app.example.com:444", 403),
        ("cross-site", "https://app.example.com", 401),
        ("same-site", "https://a.b.example.org", 401),
        ("same-site", "https://example.org", 401),
        ("same-site", "http://a.example.org", 403),
        ("same-site", "https://evil-example.org", 403),
        ("same-site", "https://a.example.org:8443", 403),
        ("same-site", "http://a.example.net:8443", 401),
    ],
)
def test_page_of_another_site_gets_403_unless_django_trusts_it(
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    site: str | None,
    origin: str | None,
    status: int,
) -> None:
    settings.CSRF_TRUSTED_ORIGINS = TRUSTED
    headers = {"sec-fetch-site": site, "origin": origin, **FETCH}
    response = get(
        Client(), {name: text for name, text in headers.items() if text is not None}
    )

    error = "cross_site" if status == 403 else "not_authenticated"
    assert_refused(response, status, error)
    line = f"No token for a page of another site: its Origin is {origin!r}"
    logged = ("jupid_embed", logging.WARNING, line) in caplog.record_tuples
    assert logged is (status == 403)


def test_djangos_cache_middleware_keeps_no_token(settings: Settings) -> None:
    settings.MIDDLEWARE = [
        "django.middleware.cache.UpdateCacheMiddleware",
        *settings.MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]
    client = signed_in(make_user())

    assert len({get(client).content for _ in range(2)}) == 2


def test_error_in_identity_py_is_reported_as_any_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(identity, "build_jupid_payload", lambda user: user.acount)

    with pytest.raises(AttributeError, match="no attribute 'acount'"):
        get(signed_in(make_user()))


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


class SecondFactor(LoginRequiredMiddleware):
    """A host's policy: signed in is not enough."""

    def process_view(self, request: HttpRequest, view: Any, *rest: Any) -> Any:
        if not getattr(view, "login_required", True):
            return None
        return HttpResponse("Your code, please", status=418)


def test_host_s_own_login_policy_stands_first(settings: Settings) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.{SecondFactor.__name__}"]

    assert get(signed_in(make_user()), FETCH).status_code == 418


def test_view_of_one_s_own_answers_whomever_it_signed_in() -> None:
    request = RequestFactory().get("/", headers={"sec-fetch-site": "cross-site"})
    request.user = make_user()
    response = token_response(request)

    token = json.loads(response.content)["token"]
    assert verify(token)["sub"] == expected_claims(request.user)["sub"]
    assert_no_cache_keeps(response)


def test_error_while_the_answer_is_made_keeps_no_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(*args: object, **kwargs: object) -> None:
        raise SystemExit("stopped")

    request = RequestFactory().get("/")
    request.user = make_user()
    monkeypatch.setattr(views, "JsonResponse", stop)

    with pytest.raises(SystemExit) as caught:
        embed_token(request)
    assert not [text for text in variables_of(caught.value) if "eyJ" in text]


def test_log_never_holds_the_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = json.loads(get(signed_in(make_user())).content)["token"]

    assert verify(token)["jti"] in caplog.text
    assert not any(part in caplog.text for part in token.split("."))


def page(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(name)


async def async_page(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(name)


def class_based() -> Callable[..., Any]:
    @method_decorator(jupid_embed_page, name="dispatch")
    class Page(View):
        async def get(self, request: HttpRequest, name: str) -> HttpResponse:
            return HttpResponse(name)

    return Page.as_view()


@pytest.mark.parametrize("kind", ["page", "async page", "class"])
def test_a_page_gets_the_two_headers_that_the_embed_needs(kind: str) -> None:
    if kind == "class":
        view = class_based()
    else:
        view = jupid_embed_page(page if kind == "page" else async_page)
    response = view(RequestFactory().get("/"), name="Ada")
    assert isawaitable(response) is iscoroutinefunction(view) is (kind != "page")
    if isawaitable(response):
        with pytest.raises(StopIteration) as returned:  # it waits for nothing
            response.__await__().send(None)
        response = returned.value.value
    assert response.content == b"Ada"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"
    assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_a_view_keeps_its_name() -> None:
    for view in (page, async_page):
        assert jupid_embed_page(view).__name__ == view.__name__


def test_missing_secret_is_a_server_error_that_no_cache_keeps(
    settings: Settings,
) -> None:
    settings.JUPID_EMBED_SECRET = ""

    assert_refused(get(signed_in(make_user()), FETCH), 500, "not_configured")
