from __future__ import annotations

from collections.abc import Callable
from inspect import isawaitable
from typing import Any

import pytest
from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils.decorators import method_decorator
from django.views import View

from ..decorators import jupid_embed_page


@jupid_embed_page
def page(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(name)


@jupid_embed_page
async def async_page(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(name)


@method_decorator(jupid_embed_page, name="dispatch")
class AsyncPage(View):
    async def get(self, request: HttpRequest, name: str) -> HttpResponse:
        return HttpResponse(name)


@pytest.mark.parametrize("view", [page, async_page, AsyncPage.as_view()])
def test_a_page_gets_the_two_headers_that_the_embed_needs(
    view: Callable[..., Any],
) -> None:
    response = view(RequestFactory().get("/"), name="Ada")
    assert isawaitable(response) is iscoroutinefunction(view) is (view is not page)
    if isawaitable(response):
        with pytest.raises(StopIteration) as returned:  # it waits for nothing
            response.__await__().send(None)
        response = returned.value.value
    assert response.content == b"Ada"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"
    assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_a_view_keeps_its_name() -> None:
    assert (page.__name__, async_page.__name__) == ("page", "async_page")
