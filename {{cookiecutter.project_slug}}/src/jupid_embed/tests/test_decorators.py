from __future__ import annotations

import asyncio

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from ..decorators import jupid_embed_page

HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


def test_page_gets_the_two_headers_that_the_embed_needs() -> None:
    @jupid_embed_page
    def page(request: HttpRequest, name: str) -> HttpResponse:
        return HttpResponse(f"Hello, {name}")

    response = page(RequestFactory().get("/"), name="Ada")

    assert response.content == b"Hello, Ada"
    assert HEADERS.items() <= dict(response.items()).items()


def test_async_page_gets_them_too() -> None:
    @jupid_embed_page
    async def page(request: HttpRequest, name: str) -> HttpResponse:
        return HttpResponse(f"Hello, {name}")

    response = asyncio.run(page(RequestFactory().get("/"), name="Ada"))

    assert response.content == b"Hello, Ada"
    assert HEADERS.items() <= dict(response.items()).items()


def test_view_keeps_its_name() -> None:
    @jupid_embed_page
    def dashboard(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    @jupid_embed_page
    async def async_dashboard(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert dashboard.__name__ == "dashboard"
    assert async_dashboard.__name__ == "async_dashboard"
