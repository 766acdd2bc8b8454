"""`python -m sandbox`: plays Jupid until Ctrl-C."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import django
from django.conf import settings
from django.db import DatabaseError
from dotenv import dotenv_values

from .partner import DEVELOPMENT_PREFIX, Partner, SettingError


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        raise SettingError(f"{message[:1].upper()}{message[1:]}. See --help.")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = Parser(
        prog="python -m sandbox",
        description="Plays Jupid on this machine, for a site in development. The"
        " secret is read from JUPID_EMBED_SECRET, in the environment or in .env.",
    )
    parser.add_argument(
        "--origin",
        action="append",
        default=[],
        help="a site that may embed, such as http://localhost:8000; may be repeated",
    )
    parser.add_argument("--host", default="127.0.0.1", help="this machine's name")
    parser.add_argument("--port", type=int, default=8001, help="0 takes a free one")
    parser.add_argument("--partner-id", help="else JUPID_EMBED_PARTNER_ID")
    parser.add_argument("--audience", default="jupid-embed")
    parser.add_argument(
        "--database", default="sandbox.sqlite3", help="the file that keeps the users"
    )
    parser.add_argument(
        "--any-secret",
        action="store_true",
        help=f"take a secret that does not start with {DEVELOPMENT_PREFIX}",
    )
    return parser.parse_args(arguments)


def environment() -> Mapping[str, str]:
    """The environment, and what the file .env adds to it."""
    written = dotenv_values(stream=io.StringIO(env_file()), interpolate=False)
    added = {name: value for name, value in written.items() if value is not None}
    return {**added, **os.environ}


def env_file() -> str:
    """The text of .env; none where there is no such file."""
    file, text = Path(".env"), ""
    problem = "it is a folder" if file.is_dir() else ""
    if file.is_symlink() and not file.exists():
        problem = "it is a link to nowhere"
    if not problem and file.exists():
        try:
            text = file.read_text("utf-8-sig")
        except OSError as error:
            problem = f"{error.strerror}"
        except UnicodeDecodeError:
            text = "\0"
    if "\0" in text:
        problem = "it is not UTF-8, so save it as UTF-8"
    if problem:
        raise SettingError(f"The file .env cannot be read: {problem}.")
    return text


def make_partner(options: argparse.Namespace) -> Partner:
    known = environment()
    if known.get("DEBUG", "").strip().lower() not in ("", "1", "true", "yes", "on"):
        raise SettingError(
            "DEBUG is off: the sandbox is for development and never for production."
        )
    partner = Partner(
        partner_id=options.partner_id or known.get("JUPID_EMBED_PARTNER_ID", ""),
        secret=known.get("JUPID_EMBED_SECRET", ""),
        origins=tuple(options.origin),
        audience=options.audience,
    )
    if not (options.any_secret or partner.secret.startswith(DEVELOPMENT_PREFIX)):
        raise SettingError(
            f"JUPID_EMBED_SECRET does not start with {DEVELOPMENT_PREFIX}: a live secret"
            " has no place here. Set one that was made for development, or give"
            " --any-secret."
        )
    return partner


def open_database(name: str) -> None:
    """Let the file, and those that SQLite puts beside it, be this person's alone."""
    if name == ":memory:":
        name = "file:sandbox?mode=memory&cache=shared"
    else:
        with suppress(OSError):  # SQLite says better why it cannot be opened
            os.close(os.open(name, os.O_RDWR | os.O_CREAT, 0o600))
        for file in (name, f"{name}-journal", f"{name}-wal", f"{name}-shm"):
            with suppress(FileNotFoundError):
                os.chmod(file, 0o600)
    settings.DATABASES["default"]["NAME"] = name
    from .models import make_table

    make_table()


def main(arguments: list[str] | None = None) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "sandbox.settings"
    try:
        options = parse(arguments)
        partner = make_partner(options)
        django.setup()
        from .jupid import jupid
        from .server import listen

        jupid.partner = partner
        server = listen(options.host, options.port)
        try:
            open_database(options.database)
        except (DatabaseError, OSError) as error:
            raise SettingError(
                f"--database {options.database!r} cannot be used: {error}."
            ) from None
    except SettingError as problem:
        sys.exit(str(problem))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    host = f"[{options.host}]" if ":" in options.host else options.host
    address = f"http://{host}:{server.server_port}/"
    with server, suppress(KeyboardInterrupt):
        print(f"Sandbox, not Jupid: {address} (Ctrl-C ends it)", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
