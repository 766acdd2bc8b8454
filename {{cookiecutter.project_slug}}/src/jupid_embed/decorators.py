"""The headers of a page that holds the embed."""

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import isawaitable
from typing import Any, TypeVar, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpResponseBase

View = TypeVar("View", bound=Callable[..., Any])


def jupid_embed_page(view: View) -> View:
    """Let the page that ``view`` renders host the embed.

    Popups that the embed opens, such as a bank's sign-in, stay connected to it
    (``Cross-Origin-Opener-Policy``), and Jupid sees which origin hosts it
    (``Referrer-Policy``). Django's own defaults withhold both.
    """

    @wraps(view)
    def page(*args: Any, **kwargs: Any) -> Any:
        response = view(*args, **kwargs)
        # The dispatch of a class-based view is no coroutine function, and may return one.
        return _later(response) if isawaitable(response) else _with_headers(response)

    if iscoroutinefunction(view):
        markcoroutinefunction(page)
    return cast("View", page)


async def _later(response: Awaitable[HttpResponseBase]) -> HttpResponseBase:
    return _with_headers(await response)


def _with_headers(response: HttpResponseBase) -> HttpResponseBase:
    response["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
    response["Referrer-Policy"] = "strict-origin-when-cross-origin"
    return response
