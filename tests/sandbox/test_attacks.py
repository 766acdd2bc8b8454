"""What other sites, other programs and odd requests get from the sandbox."""

from __future__ import annotations

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import pytest

from .client import FORM, GOOD, JSON, ORIGIN, Sandbox
from .forge import SECRET, token
from .test_verify import OTHER_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_session_address_serves_once(sandbox: Sandbox) -> None:
    location = sandbox.post_session(token()).json["location"]
    assert sandbox.ask("GET", location).status == 200
    again = sandbox.ask("GET", location)
    assert again.status == 410
    assert "Mount the embed again." in again.text
    assert "Ada" not in again.text
    assert again.policy == f"frame-ancestors {ORIGIN}"


# Method, path, headers, body; the status, the error's name and its hint.
OWN = "The sandbox's own origin"
REQUESTS: dict[str, tuple[str, str, dict[str, str], str, int, str, str]] = {
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
    "session with a false length": (
        "POST", "/session", {**JSON, "Origin": OWN, "Content-Length": "-1"}, "{}", 400,
        "not_json", "Send a JSON object; this is text that is not JSON.",
    ),
    "session with a length beyond reason": (
        "POST", "/session", {**JSON, "Origin": OWN, "Content-Length": "9" * 5000}, "{}",
        400, "not_json", "Send a JSON object; this is text that is not JSON.",
    ),
    "script fault unknown": (
        "POST", "/faults", {**FORM, "Origin": OWN}, "script=gone", 400, "bad_fault",
        "* script\n  * Select a valid choice. gone is not one of the available choices.",
    ),
    "no such fault": (
        "POST", "/faults", {**JSON, "Origin": OWN}, '{"speed": 1}', 400, "bad_fault",
        "* __all__\n  * There is no fault speed.",
    ),
    "faults of wrong kinds": (
        "POST", "/faults", {**JSON, "Origin": OWN}, '{"clock_skew": [], "script": {}}',
        400, "bad_fault",
        "* script\n  * This field is required.\n"
        "* clock_skew\n  * This field is required.",
    ),
    "any origin": (
        "POST", "/forget", {**JSON, "Origin": OWN}, '{"origins": ["*"]}', 400,
        "bad_origin",
        "--origin '*' is not an origin: write scheme, host and port alone, such as"
        " http://localhost:8000.",
    ),
    "no origin at all": (
        "POST", "/forget", {**JSON, "Origin": OWN}, '{"origins": []}', 400,
        "bad_origin",
        "--origin is missing: name the site that embeds, such as --origin"
        " http://localhost:8000.",
    ),
    "origins that are a number": (
        "POST", "/forget", {**JSON, "Origin": OWN}, '{"origins": 1}', 400,
        "bad_origin", "'int' object is not iterable",
    ),
    "delay too long": (
        "POST", "/faults", {**FORM, "Origin": OWN}, "script_delay=61", 400, "bad_fault",
        "* script_delay\n  * Ensure this value is less than or equal to 60.",
    ),
    "skew too large": (
        "POST", "/faults", {**FORM, "Origin": OWN}, "clock_skew=90000", 400, "bad_fault",
        "* clock_skew\n  * Ensure this value is less than or equal to 86400.",
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


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/session", "POST"),
        ("GET", "/session", "POST"),
        ("OPTIONS", "/faults", "POST"),
        ("DELETE", "/forget", "POST"),
        ("POST", "/embed/acme", "GET"),
        ("HEAD", "/state", "GET"),
        ("TRACE", "/", "GET"),
        ("X-ODD", "/embed.js", "GET"),
    ],
)
def test_odd_method_is_refused(
    sandbox: Sandbox, method: str, path: str, allowed: str
) -> None:
    answer = sandbox.ask(method, path, headers={"Origin": sandbox.origin})
    assert (answer.status, answer.headers["Allow"]) == (405, allowed)
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert sandbox.effects() == {}


def test_token_in_a_query_opens_no_session(sandbox: Sandbox) -> None:
    assert sandbox.ask("GET", f"/session?token={token()}").status == 405
    assert sandbox.effects() == {}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_such_page(sandbox: Sandbox, method: str) -> None:
    answer = sandbox.ask(method, "/login")
    assert answer.status == 404
    assert "The sandbox has no such page." in answer.text


@pytest.mark.parametrize("host", ["evil.test", "[::1", "127.0.0.1.evil.test", ""])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/state"), ("GET", "/embed.js"), ("POST", "/faults")]
)
def test_name_of_somebody_else_that_points_here_is_no_way_in(
    sandbox: Sandbox, host: str, method: str, path: str
) -> None:
    headers = {"Host": host, "Origin": f"http://{host}", **JSON}
    answer = sandbox.ask(method, path, "{}", headers)
    assert answer.status == 400
    assert "Open the sandbox by 127.0.0.1, localhost or [::1]," in answer.text
    assert sandbox.effects() == {}


@pytest.mark.parametrize("path", ["/session", "/faults", "/forget"])
@pytest.mark.parametrize("content_type", [*JSON.values(), *FORM.values(), "text/plain"])
def test_too_large_a_body_is_refused_and_the_answer_is_seen(
    sandbox: Sandbox, path: str, content_type: str
) -> None:
    headers = {"Content-Type": content_type, "Origin": sandbox.origin}
    answer = sandbox.ask("POST", path, " " * 70_000, headers)
    assert answer.status == 400
    assert "send it at most 65536 bytes" in answer.text
    assert sandbox.effects() == {}


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
    # It asks for no token, and says so to whoever it stands in.
    assert re.findall("<script[^>]*>(.*?)</script>", answer.text) == [
        'window.parent.postMessage({ type: "jupid-sandbox:refused" }, "*");'
    ]
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


@pytest.mark.parametrize(
    "path",
    ["/state", "/embed.js", "/static/sandbox/style.css", "/login", "/session/x/y"],
)
def test_what_is_no_page_is_framed_by_nobody_else(sandbox: Sandbox, path: str) -> None:
    allowed = ORIGIN if path.startswith("/session") else "'none'"
    answer = sandbox.ask("GET", path)
    assert answer.policy == f"frame-ancestors {allowed}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/static/../settings.py",
        "/static/%2e%2e/settings.py",
        "/static/..%2f__main__.py",
        "/static/sandbox/../../partner.py",
        "/static/..%5csettings.py",
        "/static//etc/passwd",
        "/static/",
        "/static/sandbox/",
        "/static/%00",
        f"/static/{'x' * 300}",
        f"/static/{'%E2%82%AC' * 99}",
    ],
)
def test_static_files_alone_are_served(sandbox: Sandbox, path: str) -> None:
    answer = sandbox.say(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    assert re.match(rb"HTTP/1.1 40[04] ", answer)
    assert b"import" not in answer


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        (b"GET /%0aPOST%20/session%20201 HTTP/1.1", r"GET /\nPOST /session 201 404"),
        (b"GET /%0d%0aPOST HTTP/1.1", r"GET /\r\nPOST 404"),
        ("GET /\u2028POST HTTP/1.1".encode(), r"GET /\u2028POST 404"),
        (b"GET /%1b[2J HTTP/1.1", r"GET /\x1b[2J 404"),
        (b"GET /\xff\xfe HTTP/1.1", "GET /%FF%FE 404"),
    ],
)
def test_log_lines_are_not_forged(sandbox: Sandbox, sent: bytes, line: str) -> None:
    before = sandbox.log.read_text("utf-8")
    sandbox.say(sent + b"\r\nHost: 127.0.0.1\r\n\r\n")
    assert sandbox.log.read_text("utf-8") == f"{before}{line}\n"


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (b"X: " + b"y" * 70_000, b"431"),
        (b"\r\n".join([b"X: y"] * 200), b"431"),
        (b"Host: evil.test", b"400"),
        (b"Content-Length: 7\r\nTransfer-Encoding: chunked", b"200"),
    ],
    ids=["long", "many", "second host", "two lengths"],
)
def test_odd_headers_get_an_answer_and_end_the_connection(
    sandbox: Sandbox, header: bytes, status: bytes
) -> None:
    with socket.create_connection(sandbox.address, timeout=30) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + header)
        # What follows would be the next request where the connection stayed open.
        connection.sendall(b"\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        with suppress(ConnectionError):
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
            assert answer.split()[1] == status
            assert answer.count(b"HTTP/1.1 ") == 1
    assert "/smuggled" not in sandbox.log.read_text()


def test_idle_connections_hold_no_threads(start: Callable[..., Sandbox]) -> None:
    sandbox = start()
    with ExitStack() as stack:
        idle = [
            stack.enter_context(socket.create_connection(sandbox.address, timeout=60))
            for _ in range(200)
        ]
        for connection in idle[::2]:
            connection.sendall(b"POST /session HTTP/1.1\r\nContent-Length: 9\r\n")
        assert sandbox.ask("GET", "/state").status == 200
        # The sandbox gives each of them up.
        assert {connection.recv(1) for connection in idle} == {b""}
    assert sandbox.log.read_text() == "GET /state 200\n"


def test_byte_now_and_then_holds_no_thread(start: Callable[..., Sandbox]) -> None:
    sandbox = start()
    with socket.create_connection(sandbox.address, timeout=1) as connection:
        connection.sendall(b"POST /session HTTP/1.1\r\nX: ")
        came, sent = b"", 0
        while not came and sent < 20:
            try:
                # An answer, or the end.
                came = connection.recv(1) or b"the end"
            except TimeoutError:
                connection.sendall(b"x")
                sent += 1
            except ConnectionError:
                break
    assert 5 < sent < 20
    assert sandbox.ask("GET", "/state").status == 200


def test_body_that_does_not_come_is_not_waited_for(
    start: Callable[..., Sandbox],
) -> None:
    sandbox = start()
    for path, kind in (("/session", JSON), ("/faults", FORM)):
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\n"
        )
        head += f"Content-Type: {kind['Content-Type']}\r\nContent-Length: 99\r\n\r\n"
        assert sandbox.say(f"{head}{{".encode()) == b""
    assert sandbox.log.read_text() == ""


def test_body_without_end_is_not_read(sandbox: Sandbox) -> None:
    head = b"POST /session HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\n"
    head += b"Content-Type: application/json\r\nContent-Length: 999999999\r\n\r\n"
    with socket.create_connection(sandbox.address, timeout=30) as connection:
        connection.sendall(head)
        with pytest.raises(ConnectionError):
            for _ in range(999):
                connection.sendall(b" " * 1_000_000)
    assert sandbox.effects() == {}


def test_many_tokens_at_once_are_all_counted(
    start: Callable[..., Sandbox], project: Path, tmp_path: Path
) -> None:
    """By two sandboxes that share a database, too."""
    (tmp_path / "second").mkdir()
    database = f"--database={tmp_path / 'sandbox.sqlite3'}"
    with Sandbox(project, tmp_path / "second", *GOOD, database) as second:
        sandboxes = [start(), second]
        for sandbox in sandboxes:
            sandbox.set_faults()

        def visit(number: int) -> int:
            return sandboxes[number % 2].post_session(token()).status

        with ThreadPoolExecutor(20) as pool:
            assert set(pool.map(visit, range(60))) == {201}
        found = [each for one in sandboxes for each in one.state()["sessions"]]
    assert sorted(each["user"]["visits"] for each in found) == [*range(1, 61)]
