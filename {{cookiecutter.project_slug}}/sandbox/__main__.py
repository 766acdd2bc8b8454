"""`python -m sandbox`: plays Jupid until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Mapping
from typing import NoReturn

from django.conf import settings
from dotenv import dotenv_values

from .partner import Partner, SettingError
from .server import Sandbox, refuse_production


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
    return parser.parse_args(arguments)


def environment() -> Mapping[str, str]:
    """The environment, and what the file .env adds to it."""
    try:
        written = dotenv_values(".env", interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"The file .env cannot be read: {error}.") from None
    added = {name: value for name, value in written.items() if value is not None}
    return {**added, **os.environ}


def make_sandbox(arguments: list[str] | None) -> Sandbox:
    options = parse(arguments)
    known = environment()
    refuse_production(known)
    partner = Partner(
        partner_id=options.partner_id or known.get("JUPID_EMBED_PARTNER_ID", ""),
        secret=known.get("JUPID_EMBED_SECRET", ""),
        origins=tuple(options.origin),
        audience=options.audience,
    )
    return Sandbox(
        partner,
        host=options.host,
        port=options.port,
        database=options.database,
        log=True,
    )


def main(arguments: list[str] | None = None) -> None:
    try:
        sandbox = make_sandbox(arguments)
    except SettingError as problem:
        sys.exit(str(problem))
    # The template engine asks for settings; the sandbox needs none of a site's.
    settings.configure(USE_I18N=False)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with sandbox:
        print(f"Sandbox, not Jupid: {sandbox.url} (Ctrl-C ends it)", flush=True)
        # In short waits: Windows delivers no signal during a long one.
        while not ended.wait(0.2):
            pass


if __name__ == "__main__":
    main()
