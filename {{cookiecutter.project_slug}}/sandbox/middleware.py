"""What holds for every request: the log, the headers, and how a refusal is told."""

from __future__ import annotations

import re
import secrets
import sys
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from .jupid import jupid

LONG_WORD = re.compile(r"[\w.=%~-]{40,}")


class Refusal(Exception):
    """A request that is answered with an error and a way to mend it."""

    def __init__(self, status: int, error: str, hint: str) -> None:
        super().__init__(error)
        self.status, self.error, self.hint = status, error, hint


class Guard:
    """Logs what was asked, never a token or a query, and keeps answers to this site."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405:
            allow = response["Allow"]
            refusal = Refusal(405, "wrong_method", f"Send it by {allow}.")
            response = refused(request, refusal)
            response["Allow"] = allow
        response.setdefault("Cache-Control", "no-store")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # The server then closes the connection: one that idles would hold a thread.
        del response["Content-Length"]
        asked = LONG_WORD.sub("...", f"{request.META['REQUEST_METHOD']} {request.path}")
        # In one write: other threads log too.
        sys.stderr.write(f"{ascii(asked)[1:-1]} {response.status_code}\n")
        return response

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if isinstance(exception, RequestDataTooBig):
            hint = "Send at most 65536 bytes: keep payload small."
            exception = Refusal(413, "too_large", hint)
        return refused(request, exception) if isinstance(exception, Refusal) else None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    refusal = Refusal(400, "bad_request", "Send a request as a browser does.")
    if isinstance(exception, DisallowedHost):
        hint = "Open the sandbox by 127.0.0.1, localhost or [::1]."
        refusal = Refusal(421, "foreign_host", hint)
    return refused(request, refusal)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    hint = "The sandbox has no such page."
    return refused(request, Refusal(404, "not_found", hint))


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    if request.method != "GET":
        body = {"error": refusal.error, "hint": refusal.hint}
        return JsonResponse(body, status=refusal.status)
    title = f"{refusal.status} {HTTPStatus(refusal.status).phrase}"
    context = {"title": title, "hint": refusal.hint}
    response = page(request, "message.html", context, framed_by=jupid.partner.origins)
    response.status_code = refusal.status
    return response


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    framed_by: Iterable[str] = (),
) -> HttpResponse:
    """A page that these origins may frame, and nobody where none is given."""
    nonce = secrets.token_urlsafe(16)
    response = render(request, f"sandbox/{template}", {**context, "nonce": nonce})
    response["Content-Security-Policy"] = (
        "default-src 'none'; base-uri 'none'; form-action 'self'; img-src 'self';"
        f" connect-src 'self'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}';"
        f" frame-ancestors {' '.join(framed_by) or repr('none')}"
    )
    return response
