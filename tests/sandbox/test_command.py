"""`python -m sandbox`: what it is told, what it refuses, and how it ends."""

from __future__ import annotations

import dataclasses
import os
import re
import signal
import sqlite3
import stat
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from .client import GOOD, ORIGIN, Refused
from .forge import SECRET, token

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .client import Sandbox

MISSING = (
    "JUPID_EMBED_SECRET is missing: set it in the environment or in .env, to the secret"
    " that the site signs with."
)


@pytest.mark.parametrize(
    ("given", "tidy"),
    [
        ("http://localhost:8000/", "http://localhost:8000"),
        ("HTTPS://App.Example.com:443", "https://app.example.com"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://a.test:80", "http://a.test"),
    ],
)
def test_origin_is_tidied(room: Callable[[str], Any], given: str, tidy: str) -> None:
    assert room("partner").tidy_origin(given) == tidy


@pytest.mark.parametrize(
    "given",
    [
        "",
        "*",
        "null",
        "localhost:8000",
        "ftp://a.test",
        "http://a.test/path",
        "http://a.test?x",
        "http://u@a.test",
        "http://a.test:x",
        "http://a.test:",
        "http://a b",
        "http://[::1",
        "http://*.a.test",
    ],
)
def test_what_is_no_origin_is_refused(room: Callable[[str], Any], given: str) -> None:
    with pytest.raises(room("partner").SettingError) as problem:
        room("partner").tidy_origin(given)
    assert str(problem.value) == (
        f"--origin {given!r} is not an origin: write scheme, host and port alone, such"
        " as http://localhost:8000."
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        (
            GOOD,
            {"JUPID_EMBED_SECRET": ""},
            MISSING,
        ),
        (
            GOOD,
            {"JUPID_EMBED_SECRET": SECRET + "\n"},
            "JUPID_EMBED_SECRET has spaces or a newline around it: cut them.",
        ),
        (
            GOOD,
            {"JUPID_EMBED_SECRET": "short"},
            "JUPID_EMBED_SECRET is 5 bytes long: HS256 needs 32 or more.",
        ),
        (
            ["--origin", ORIGIN, "--any-secret"],
            {},
            "JUPID_EMBED_PARTNER_ID is missing: set it in the environment, or give"
            " --partner-id.",
        ),
        (
            ["--origin", ORIGIN, "--any-secret", "--partner-id", "a b"],
            {},
            "The partner ID 'a b' (--partner-id or JUPID_EMBED_PARTNER_ID) is"
            " malformed: 1 to 128 letters, digits, '.', '_', '-', starting with a"
            " letter or digit.",
        ),
        (
            [*GOOD, "--audience", "a b"],
            {},
            "--audience 'a b' is malformed: 1 to 128 letters, digits, '.', '_', '-',"
            " ':', '/', starting with a letter or digit.",
        ),
        (
            ["--partner-id", "acme", "--any-secret"],
            {},
            "--origin is missing: name the site that embeds, such as --origin"
            " http://localhost:8000.",
        ),
        (
            [*GOOD, "--origin", "*"],
            {},
            "--origin '*' is not an origin: write scheme, host and port alone, such as"
            " http://localhost:8000.",
        ),
        (
            [*GOOD, "--host", "0.0.0.0"],
            {},
            "--host '0.0.0.0' is not this machine alone: the sandbox listens on"
            " 127.0.0.1, localhost or ::1.",
        ),
        *(
            (
                GOOD,
                {"DEBUG": debug},
                "DEBUG is off: the sandbox is for development and never for production.",
            )
            for debug in ("0", "false", "n", "0 ", "Off", "NO")
        ),
        (
            GOOD,
            {"JUPID_EMBED_SECRET": SECRET + "\udce9"},
            "JUPID_EMBED_SECRET is no UTF-8 text: write it as Jupid sent it.",
        ),
        (
            [*GOOD, "--port", "70000"],
            {},
            "--port 70000 is no port: give 0 to 65535.",
        ),
        (
            [*GOOD, "--port", "x"],
            {},
            "Argument --port: invalid int value: 'x'. See --help.",
        ),
        (
            [*GOOD, "--colour"],
            {},
            "Unrecognized arguments: --colour. See --help.",
        ),
        (
            [*GOOD, "--port", "0", "--database", "no/such/folder"],
            {},
            "--database 'no/such/folder' cannot be used: unable to open database file.",
        ),
    ],
)
def test_start_is_refused_in_one_line(
    start: Callable[..., Sandbox],
    arguments: list[str],
    environment: dict[str, str],
    message: str,
) -> None:
    assert refusal(start, *arguments, **environment) == message


def refusal(
    start: Callable[..., Sandbox], *arguments: str, **environment: str | None
) -> str:
    """The one line that a sandbox says before it ends."""
    with pytest.raises(Refused) as refused:
        start(*arguments, **environment)
    said = str(refused.value)
    assert re.fullmatch("[^\\n]+\\n", said)
    return said[:-1]


def test_live_secret_is_refused_unless_told(start: Callable[..., Sandbox]) -> None:
    options = [option for option in GOOD if option != "--any-secret"]
    assert refusal(start, *options) == (
        "JUPID_EMBED_SECRET does not start with dev-: a live secret has no place here."
        " Set one made for development, or give --any-secret."
    )
    assert start(*options, JUPID_EMBED_SECRET=f"dev-{SECRET}").started
    assert start(*options, "--any-secret").started


@pytest.mark.parametrize("debug", ["", "1", "True", "on", " yes ", "release", "acme:*"])
def test_debug_on_in_any_spelling_runs(
    start: Callable[..., Sandbox], debug: str
) -> None:
    assert start(DEBUG=debug).started


def test_taken_port_is_told(sandbox: Sandbox, start: Callable[..., Sandbox]) -> None:
    _, port = sandbox.address
    assert refusal(start, *GOOD, "--port", str(port)) == (
        f"--port {port} is taken: give another, or 0 for any free one."
    )


def test_debug_off_in_the_env_file_is_off(
    start: Callable[..., Sandbox], tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"DEBUG=0\nJUPID_EMBED_SECRET={SECRET}\n")
    assert refusal(start) == (
        "DEBUG is off: the sandbox is for development and never for production."
    )


ENV = f"JUPID_EMBED_SECRET={SECRET}\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_command_reads_env_file(
    start: Callable[..., Sandbox], tmp_path: Path, encoding: str
) -> None:
    (tmp_path / ".env").write_text(ENV, encoding)
    assert start(JUPID_EMBED_SECRET=None).started


def as_a_folder(file: Path) -> None:
    file.mkdir()


def as_a_dangling_link(file: Path) -> None:
    file.symlink_to("nowhere")


def in_utf_16(file: Path) -> None:
    file.write_text(ENV, "utf-16")


def in_two_encodings(file: Path) -> None:
    # PowerShell's >> on a file that was there.
    file.write_bytes(b"DEBUG=1\n" + ENV.encode("utf-16-le"))


NOT_UTF_8 = "The file .env cannot be read: save it as text in UTF-8."


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (as_a_folder, MISSING),
        (as_a_dangling_link, MISSING),
        (in_utf_16, NOT_UTF_8),
        (in_two_encodings, NOT_UTF_8),
    ],
)
def test_env_file_that_cannot_be_read_is_told_in_one_line(
    start: Callable[..., Sandbox],
    tmp_path: Path,
    make: Callable[[Path], None],
    message: str,
) -> None:
    make(tmp_path / ".env")
    assert refusal(start, JUPID_EMBED_SECRET=None) == message


def test_secret_is_not_in_the_partners_text(partner: Any) -> None:
    assert SECRET not in repr(partner)
    assert dataclasses.replace(partner, audience="other").secret == SECRET


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_command_names_its_address_and_ends_quietly(
    start: Callable[..., Sandbox], tmp_path: Path, number: int
) -> None:
    options = ["--origin", ORIGIN, "--port", "0", "--any-secret"]
    sandbox = start(*options, JUPID_EMBED_PARTNER_ID="acme")
    assert re.fullmatch(
        r"Sandbox, not Jupid: http://127\.0\.0\.1:\d+/ \(Ctrl-C ends it\)\n",
        sandbox.started,
    )
    assert "A stand-in for Jupid" in sandbox.ask("GET", "/").text
    sandbox.process.send_signal(number)
    assert sandbox.process.wait(timeout=10) == 0
    assert sandbox.log.read_text() == "GET / 200\n"
    assert (tmp_path / "sandbox.sqlite3").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no umask")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_database_is_the_persons_alone(
    start: Callable[..., Sandbox], tmp_path: Path, umask: int
) -> None:
    before = os.umask(umask)
    try:
        sandbox = start()
    finally:
        os.umask(before)
    sandbox.session(token())
    assert modes(tmp_path) == {"sandbox.sqlite3": 0o600}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")
def test_database_of_an_earlier_version_is_closed_to_others(
    start: Callable[..., Sandbox], tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "sandbox.sqlite3")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE users (sub text)")
        for file in tmp_path.iterdir():
            file.chmod(0o644)
        assert len(modes(tmp_path)) == 3
        assert start().session(token()).status == 200
        assert set(modes(tmp_path).values()) == {0o600}


def modes(folder: Path) -> dict[str, int]:
    """The permissions of the database's files."""
    files = folder.glob("sandbox.sqlite3*")
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in files}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows takes no such name")
@pytest.mark.parametrize("name", [":memory:", "file:users?mode=memory"])
def test_database_is_a_file_by_whatever_name(
    start: Callable[..., Sandbox], tmp_path: Path, name: str
) -> None:
    sandbox = start(*GOOD, f"--database={name}")
    sandbox.set_faults()  # its clock goes by the tests' tokens from here on
    assert sandbox.session(token()).status == 200
    with closing(sqlite3.connect(tmp_path / name)) as connection:
        assert connection.execute("SELECT visits FROM sandbox_user").fetchall() == [
            (1,)
        ]


def test_database_without_a_name_is_told(start: Callable[..., Sandbox]) -> None:
    assert refusal(start, *GOOD, "--database=") == (
        "--database '' cannot be used: unable to open database file."
    )


def test_database_of_something_else_is_named(
    start: Callable[..., Sandbox], tmp_path: Path
) -> None:
    file = tmp_path / "sandbox.sqlite3"
    file.write_text("No database at all. " * 100)
    mode = stat.S_IMODE(file.stat().st_mode)
    assert refusal(start) == (
        "--database 'sandbox.sqlite3' cannot be used: file is not a database."
    )
    assert stat.S_IMODE(file.stat().st_mode) == mode
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE sandbox_user (sub text)")
    assert refusal(start).startswith(
        "--database 'sandbox.sqlite3' cannot be used: no such column: "
    )
