"""What other sites, other programs and odd requests get from the sandbox."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from .client import JSON, ORIGIN
from .forge import SECRET, token
from .test_verify import OTHER_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from .client import Sandbox


def test_session_address_serves_once(sandbox: Sandbox) -> None:
    location = sandbox.post_session(token()).json["location"]
    assert sandbox.ask("GET", location).status == 200
    again = sandbox.ask("GET", location)
    assert again.status == 410
    assert "Mount the embed again." in again.text
    assert "Ada" not in again.text


# Method, path, headers, body; the status, the error's name and its hint.
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
OWN = "The sandbox's own origin"
REQUESTS: dict[str, tuple[str, str, dict[str, str], str, int, str, str]] = {
    "session by PUT": (
        "PUT", "/session", {}, "", 405, "wrong_method", "Send it by POST.",
    ),
    "frame by POST": (
        "POST", "/embed/acme", {}, "", 405, "wrong_method", "Send it by GET.",
    ),
    "no such page": (
        "POST", "/login", {}, "", 404, "not_found", "The sandbox has no such page.",
    ),
    "session from another origin": (
        "POST", "/session", {**JSON, "Origin": ORIGIN}, "{}", 403, "foreign_origin",
        "Only the sandbox's own pages may post here: hand the token to mount().",
    ),
    "session from no origin": (
        "POST", "/session", JSON, "{}", 403, "foreign_origin",
        "Only the sandbox's own pages may post here: hand the token to mount().",
    ),
    "faults from another origin": (
        "POST", "/faults", {"Origin": ORIGIN}, "", 403, "foreign_origin",
        "Only the sandbox's own pages may post here: hand the token to mount().",
    ),
    "session as a form": (
        "POST", "/session", {"Origin": OWN, "Content-Type": "text/plain"}, "{}", 415,
        "not_json", "Send the token in a body of type application/json.",
    ),
    "session without JSON": (
        "POST", "/session", {**JSON, "Origin": OWN}, "token=x", 400, "not_json",
        "Send a JSON object; this is text that is not JSON.",
    ),
    "token with a lone surrogate": (
        "POST", "/session", {**JSON, "Origin": OWN}, '{"token": "\\ud800"}', 400,
        "not_json", "Send a JSON object; this is text that is not UTF-8.",
    ),
    "token twice in the body": (
        "POST", "/session", {**JSON, "Origin": OWN}, '{"token": "a", "token": "b"}',
        400, "not_json", 'Send a JSON object; this is the name "token" twice.',
    ),
    "session with a list": (
        "POST", "/session", {**JSON, "Origin": OWN}, "[]", 400, "not_json",
        "Send a JSON object; this is a list.",
    ),
    "session with a huge body": (
        "POST", "/session", {**JSON, "Origin": OWN}, " " * 70000, 413, "too_large",
        "Send at most 65536 bytes: keep payload small.",
    ),
    "session with a false length": (
        "POST", "/session", {**JSON, "Origin": OWN, "Content-Length": "-1"}, "{}", 400,
        "not_json", "Send a JSON object; this is text that is not JSON.",
    ),
    "session with a length beyond reason": (
        "POST", "/session", {**JSON, "Origin": OWN, "Content-Length": "9" * 5000}, "{}",
        400, "not_json", "Send a JSON object; this is text that is not JSON.",
    ),
    "initial path of another site": (
        "POST", "/session", {**JSON, "Origin": OWN}, '{"initialPath": "//evil.test"}',
        400, "bad_option",
        "initialPath is a path from the root: it starts with one '/'.",
    ),
    "no such shell": (
        "POST", "/session", {**JSON, "Origin": OWN}, '{"shell": "none"}', 400,
        "bad_option", "shell is topbar or sidebar.",
    ),
    "no such chat": (
        "POST", "/session", {**JSON, "Origin": OWN}, '{"chat": "on"}', 400,
        "bad_option", "chat is enabled or disabled.",
    ),
    "origin no text": (
        "POST", "/session", {**JSON, "Origin": OWN}, '{"origin": 1}', 400,
        "bad_option", "Send partnerId, origin, initialPath, shell, chat as text.",
    ),
    "script fault unknown": (
        "POST", "/faults", {**FORM, "Origin": OWN}, "script=gone", 400, "bad_fault",
        "script is one of served, missing, empty, broken.",
    ),
    "delay too long": (
        "POST", "/faults", {**FORM, "Origin": OWN}, "script_delay=61", 400, "bad_fault",
        "The delay of embed.js is 0 to 60 seconds.",
    ),
    "skew too large": (
        "POST", "/faults", {**FORM, "Origin": OWN}, "clock_skew=90000", 400, "bad_fault",
        "The clock is off by at most 86400 seconds.",
    ),
    "by a malformed name": (
        "POST", "/session", {"Host": "[::1"}, "", 421, "foreign_host",
        "Open the sandbox by 127.0.0.1, localhost or [::1].",
    ),
    "by a name of somebody else's": (
        "POST", "/session", {"Host": "evil.test"}, "", 421, "foreign_host",
        "Open the sandbox by 127.0.0.1, localhost or [::1].",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status", "error", "hint"),
    REQUESTS.values(),
    ids=[name for name in REQUESTS],
)
def test_wrong_request_is_refused_with_this_hint(
    sandbox: Sandbox,
    method: str,
    path: str,
    headers: dict[str, str],
    body: str,
    status: int,
    error: str,
    hint: str,
) -> None:
    sent = {k: sandbox.origin if v == OWN else v for k, v in headers.items()}
    answer = sandbox.ask(method, path, body, sent)
    assert answer.status == status
    assert answer.json == {"error": error, "hint": hint}
    assert sandbox.effects() == {}


def test_session_by_get_is_refused_on_a_page(sandbox: Sandbox) -> None:
    answer = sandbox.ask("GET", f"/session?token={token()}")
    assert answer.status == 405
    assert "Send it by POST." in answer.text


@pytest.mark.parametrize("path", ["/embed/acme", "/"])
def test_pages_carry_a_strict_policy(sandbox: Sandbox, path: str) -> None:
    answer = sandbox.ask("GET", path)
    ancestors = ORIGIN if path.startswith("/embed") else "'none'"
    nonce = re.search(r'nonce="([\w-]+)"', answer.text)
    assert nonce
    assert answer.policy == (
        "default-src 'none'; base-uri 'none'; form-action 'self'; img-src 'self';"
        f" connect-src 'self'; script-src 'nonce-{nonce[1]}';"
        f" style-src 'nonce-{nonce[1]}'; frame-ancestors {ancestors}"
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "referrer",
    [f"{ORIGIN}/page", "http://a;script-src:80/", "about:client", "http://[::1", ""],
)
def test_allowed_origins_alone_may_frame(sandbox: Sandbox, referrer: str) -> None:
    answer = sandbox.ask("GET", "/embed/acme", headers={"Referer": referrer})
    assert answer.status == 200
    assert answer.policy.endswith(f"; frame-ancestors {ORIGIN}")
    page = sandbox.session(token(), origin="http://evil.test")
    assert page.policy.endswith(f"; frame-ancestors {ORIGIN}")


def test_another_origin_is_told_why_on_a_page_that_shows_no_claims(
    sandbox: Sandbox,
) -> None:
    sandbox.session(token())
    page = {"Referer": "http://127.0.0.1:8000/page?x=1"}
    answer = sandbox.ask("GET", "/embed/acme", headers=page)
    assert answer.status == 403
    assert answer.policy.endswith("; frame-ancestors http://127.0.0.1:8000")
    assert answer.hints() == {"origin": OTHER_ORIGIN}
    assert "<dt>Came</dt><dd>http://127.0.0.1:8000</dd>" in answer.text
    # Nothing runs on it, and it asks for no token.
    assert "<script" not in answer.text
    assert "Ada" not in answer.text


def test_log_holds_no_token(start: Callable[..., Sandbox]) -> None:
    sandbox, sent = start(), token()
    sandbox.session(sent)
    sandbox.ask("GET", f"/embed/acme?token={sent}")
    sandbox.ask("GET", f"/{sent}")
    sandbox.say(f"{sent} {sent}\r\n\r\n".encode())
    sandbox.say(b"\x1b[31mGET / HTTP/1.0\r\n\r\n")
    log = sandbox.log.read_text()
    assert "POST /session 201\nGET /session/... 200\n" in log
    assert "GET /embed/acme 200\nGET /... 404\n" in log
    assert not any(word in log for word in sent.split("."))
    assert "\\x1b[31mGET / " in log
    assert "\x1b" not in log
