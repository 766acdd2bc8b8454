"""Requests and answers: what every route of the sandbox shares."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .partner import tidy_origin
from .reading import Unreadable, read_object

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MAXIMUM_BODY_BYTES = 64 * 1024
DRAINED_BYTES = 1024 * 1024
STATIC_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
STATIC = {file.name: file for file in (Path(__file__).parent / "static").iterdir()}


@dataclass(frozen=True)
class Response:
    body: str
    status: str = "200 OK"
    kind: str = "text/html"
    headers: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """A request that is answered with an error and a way to mend it."""

    def __init__(self, status: str, error: str, hint: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.hint = hint


def static(name: str) -> Response:
    if name not in STATIC:
        raise Refusal("404 Not Found", "not_found", "The sandbox has no such file.")
    file = STATIC[name]
    return Response(file.read_text("utf-8"), kind=STATIC_TYPES[file.suffix])


def own_origin(environ: WSGIEnvironment) -> str:
    return f"http://{environ.get('HTTP_HOST', '')}"


def refuse_foreign_host(environ: WSGIEnvironment) -> None:
    # A name of somebody else's that points at this machine is no way in.
    origin = origin_in(own_origin(environ))
    if urlsplit(origin).hostname not in ("127.0.0.1", "localhost", "::1"):
        hint = "Open the sandbox by 127.0.0.1, localhost or [::1]."
        raise Refusal("421 Misdirected Request", "foreign_host", hint)


def refuse_foreign_post(environ: WSGIEnvironment) -> None:
    if environ.get("HTTP_ORIGIN") != own_origin(environ):
        hint = "Only the sandbox's own pages may post here: hand the token to mount()."
        raise Refusal("403 Forbidden", "foreign_origin", hint)


def read_body(environ: WSGIEnvironment) -> bytes:
    length = environ.get("CONTENT_LENGTH") or "0"
    if not re.fullmatch("[0-9]{1,18}", length):
        hint = "Send a Content-Length in bytes."
        raise Refusal("400 Bad Request", "bad_length", hint)
    if int(length) > MAXIMUM_BODY_BYTES:
        # Unread, it would reset the connection before the answer is seen.
        environ["wsgi.input"].read(min(int(length), DRAINED_BYTES))
        hint = f"Send at most {MAXIMUM_BODY_BYTES} bytes: keep payload small."
        raise Refusal("413 Content Too Large", "too_large", hint)
    body = environ["wsgi.input"].read(int(length))
    assert isinstance(body, bytes)
    return body


def json_body(environ: WSGIEnvironment) -> dict[str, Any]:
    if environ.get("CONTENT_TYPE", "").partition(";")[0] != "application/json":
        hint = "Send the token in a body of type application/json."
        raise Refusal("415 Unsupported Media Type", "not_json", hint)
    try:
        return read_object(read_body(environ))
    except Unreadable as reason:
        hint = f"Send a JSON object; this is {reason.came}."
        raise Refusal("400 Bad Request", "not_json", hint) from None


def origin_in(address: str) -> str:
    """The origin of an address; empty if it has none."""
    try:
        parts = urlsplit(address)
        return tidy_origin(f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        return ""
