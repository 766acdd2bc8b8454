"""The headers of a page that holds the embed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from asgiref.sync import iscoroutinefunction
from django.http import HttpResponseBase

View = TypeVar("View", bound=Callable[..., Any])


def jupid_embed_page(view: View) -> View:
    """Let the page that ``view`` renders host the embed.

    Popups that the embed opens, such as a bank's sign-in, stay connected to it
    (``Cross-Origin-Opener-Policy``), and Jupid sees which origin hosts it
    (``Referrer-Policy``). Django's own defaults withhold both.
    """
    if iscoroutinefunction(view):

        async def async_page(*args: Any, **kwargs: Any) -> HttpResponseBase:
            return _with_headers(await view(*args, **kwargs))

        return cast("View", wraps(view)(async_page))

    @wraps(view)
    def page(*args: Any, **kwargs: Any) -> HttpResponseBase:
        return _with_headers(view(*args, **kwargs))

    return cast("View", page)


def _with_headers(response: HttpResponseBase) -> HttpResponseBase:
    response["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
    response["Referrer-Policy"] = "strict-origin-when-cross-origin"
    return response
