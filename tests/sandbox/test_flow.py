"""The session flow: frame, token, session, and the users that come of it."""

from __future__ import annotations

import html
import socket
import time
from typing import TYPE_CHECKING

import pytest

from .client import FORM
from .forge import token

if TYPE_CHECKING:
    from collections.abc import Callable

    from .client import Sandbox


def test_first_visit_goes_to_account_connection_and_return_to_the_initial_path(
    sandbox: Sandbox,
) -> None:
    first = sandbox.session(token(), initial_path="/invoices")
    again = sandbox.session(token(), initial_path="/invoices")
    other = sandbox.session(token(sub="43"))
    assert 'data-landing="connect"' in first.text
    assert 'data-landing="/invoices"' in again.text
    assert 'data-landing="connect"' in other.text


def test_users_outlive_a_restart_in_their_file(start: Callable[..., Sandbox]) -> None:
    for landing in ("connect", "/"):
        with start() as sandbox:
            page = sandbox.session(
                token(iat=int(time.time()), exp=int(time.time()) + 60)
            )
            assert f'data-landing="{landing}"' in page.text


def test_what_comes_is_escaped(sandbox: Sandbox) -> None:
    page = sandbox.session(token(name="<script>alert(1)</script>", sub='"><img>'))
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<img>" not in page.text


def test_frame_passes_the_options_on_and_never_a_token(sandbox: Sandbox) -> None:
    query = "initialPath=%2Fa%22b&shell=topbar&chat=disabled"
    answer = sandbox.ask("GET", f"/embed/%C3%A9?{query}")
    assert 'data-partner_id="é"' in answer.text
    assert 'data-initial_path="/a&quot;b"' in answer.text
    assert 'data-shell="topbar"' in answer.text
    assert 'data-chat="disabled"' in answer.text


@pytest.mark.parametrize(
    ("fault", "failed", "told"),
    [
        ({"deny_origin": True}, ("origin",), "deny origin: True"),
        ({"clock_skew": 400}, ("expiration",), "clock skew: 400"),
        (
            {"wrong_secret": True},
            ("signature",),
            "wrong secret: True",
        ),
    ],
)
def test_fault_switch_fails_its_check_and_is_named(
    sandbox: Sandbox, fault: dict[str, object], failed: tuple[str, ...], told: str
) -> None:
    assert sandbox.post("/faults", **fault).status == 302
    issued = int(time.time())
    page = sandbox.session(token(iat=issued, exp=issued + 300))
    assert tuple(page.hints()) == failed
    assert f"<strong>Fault switches are on:</strong> {told}." in page.text
    assert sandbox.state()["sessions"][0]["faults"] == [told]


@pytest.mark.parametrize(
    ("script", "status", "holds"),
    [
        ("served", 200, "window.JupidEmbed = Object.freeze({ mount })"),
        ("missing", 404, "A fault switch holds"),
        ("empty", 200, "// A fault switch."),
        ("broken", 200, "window.JupidEmbed = {;"),
    ],
)
def test_script_fault(sandbox: Sandbox, script: str, status: int, holds: str) -> None:
    sandbox.set_faults(script=script)
    answer = sandbox.ask("GET", "/embed.js")
    assert answer.status == status
    assert holds in answer.text
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert sandbox.effects() == {"scripts": 1}


def test_slow_script_is_slow_and_does_not_hold_up_the_end(
    start: Callable[..., Sandbox],
) -> None:
    sandbox = start()
    sandbox.set_faults(script_delay=0.05)
    started = time.monotonic()
    sandbox.ask("GET", "/embed.js")
    assert time.monotonic() - started >= 0.05
    sandbox.set_faults(script_delay=60)
    with socket.create_connection(sandbox.address) as connection:
        connection.sendall(b"GET /embed.js HTTP/1.0\r\n\r\n")
        while sandbox.effects() != {"scripts": 2}:
            pass
        sandbox.process.terminate()
        assert sandbox.process.wait(timeout=10) == 0


NO_FAULTS = {
    "script": "served",
    "script_delay": 0,
    "deny_origin": False,
    "clock_skew": 0,
    "wrong_secret": False,
}


def test_control_page_sets_and_clears_faults(sandbox: Sandbox) -> None:
    form = "script=missing&script_delay=1.5&clock_skew=-60&deny_origin=on"
    own = {**FORM, "Origin": sandbox.origin}
    answer = sandbox.ask("POST", "/faults", form, own)
    assert (answer.status, answer.headers["Location"]) == (302, "/")
    assert sandbox.state()["faults"] == {
        **NO_FAULTS,
        "script": "missing",
        "script_delay": 1.5,
        "deny_origin": True,
        "clock_skew": -60,
    }
    page = html.unescape(sandbox.ask("GET", "/").text)
    assert (
        "script: missing; script delay: 1.5; clock skew: -60; deny origin: True."
    ) in page
    sandbox.ask("POST", "/faults", "", own)
    assert sandbox.state()["faults"] == NO_FAULTS


def test_control_page_forgets_everybody(sandbox: Sandbox) -> None:
    sandbox.session(token())
    answer = sandbox.ask("POST", "/forget", "", {**FORM, "Origin": sandbox.origin})
    assert (answer.status, answer.headers["Location"]) == (302, "/")
    assert sandbox.state() == {
        "faults": NO_FAULTS,
        "effects": dict.fromkeys(
            ("scripts", "frames", "sessions", "accepted", "refused"), 0
        ),
        "sessions": [],
    }
    sandbox.set_faults()
    assert 'data-landing="connect"' in sandbox.session(token()).text


def test_control_page_shows_the_last_sessions(sandbox: Sandbox) -> None:
    sandbox.session(token())
    sandbox.session(token(iss="other", aud="x"))
    page = sandbox.ask("GET", "/").text
    assert "first visit from http://localhost:8000" in page
    assert "issuer, audience" in page
    assert sandbox.effects() == {"sessions": 2, "accepted": 1, "refused": 1}
