"""`python -m sandbox`: plays Jupid until Ctrl-C."""

import argparse
import errno
import os
import re
import signal
import socket
import socketserver
import sys
from contextlib import suppress
from threading import Timer
from typing import Any, NoReturn

import django
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, connection
from dotenv import dotenv_values

from .partner import DEVELOPMENT_PREFIX, Partner, SettingError

DEBUG_OFF = "DEBUG is off: the sandbox is for development and never for production."


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        raise SettingError(f"{message[:1].upper()}{message[1:]}. See --help.")


def parse() -> argparse.Namespace:
    parser = Parser(
        prog="python -m sandbox",
        description="Plays Jupid on this machine, for a site in development. The"
        " secret is read from JUPID_EMBED_SECRET, in the environment or in .env.",
    )
    site = "a site that may embed, such as http://localhost:8000; may be repeated"
    users = "the file that keeps the users"
    live = f"take a secret that does not start with {DEVELOPMENT_PREFIX}"
    parser.add_argument("--origin", action="append", default=[], help=site)
    parser.add_argument("--host", default="127.0.0.1", help="this machine's name")
    parser.add_argument("--port", type=int, default=8001, help="0 takes a free one")
    parser.add_argument("--partner-id", help="else JUPID_EMBED_PARTNER_ID")
    parser.add_argument("--audience", default="jupid-embed")
    parser.add_argument("--database", default="sandbox.sqlite3", help=users)
    parser.add_argument("--any-secret", action="store_true", help=live)
    return parser.parse_args()


def environment() -> dict[str, str]:
    """The environment, and what the file .env adds to it."""
    try:
        written = dotenv_values(".env", interpolate=False, encoding="utf-8-sig")
        if "\0" in "".join(written):
            raise ValueError("UTF-16")
    except (OSError, ValueError):
        problem = "The file .env cannot be read: save it as text in UTF-8."
        raise SettingError(problem) from None
    return {name: value or "" for name, value in written.items()} | {**os.environ}


def make_partner(options: argparse.Namespace) -> Partner:
    known = environment()
    if known.get("DEBUG", "").strip().lower() in ("0", "false", "no", "off", "n", "f"):
        raise SettingError(DEBUG_OFF)
    partner = Partner(
        partner_id=options.partner_id or known.get("JUPID_EMBED_PARTNER_ID", ""),
        secret=known.get("JUPID_EMBED_SECRET", ""),
        origins=tuple(options.origin),
        audience=options.audience,
    )
    if not (options.any_secret or partner.secret.startswith(DEVELOPMENT_PREFIX)):
        problem = f"JUPID_EMBED_SECRET does not start with {DEVELOPMENT_PREFIX}: a live"
        problem += " secret has no place here. Set one made for development, or give"
        raise SettingError(f"{problem} --any-secret.")
    return partner


def open_database(name: str) -> None:
    """Let the file, and those that SQLite puts beside it, be this person's alone."""
    from .models import User

    # A path, whatever else SQLite might take ":memory:" or "file:" for.
    settings.DATABASES["default"]["NAME"] = os.path.abspath(name)
    try:
        with suppress(OSError):  # it is there, or SQLite says better why it cannot be
            os.close(os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            os.chmod(name, 0o600)  # whatever the umask
        with connection.schema_editor() as editor:
            if User._meta.db_table not in connection.introspection.table_names():
                editor.create_model(User)
        User._default_manager.first()  # the table may be another version's
        for file in (name, f"{name}-journal", f"{name}-wal", f"{name}-shm"):
            with suppress(FileNotFoundError):
                os.chmod(file, 0o600)
    except (DatabaseError, OSError) as error:
        problem = f"--database {name!r} cannot be used: {error}."
        raise SettingError(problem) from None


class Handler(WSGIRequestHandler):
    disable_nagle_algorithm = True
    timeout = 5  # seconds that somebody may keep a thread waiting for the next byte
    patience = 10  # and for all of them

    def setup(self) -> None:
        super().setup()
        self.limit = Timer(self.patience, self.stop_reading)
        self.limit.daemon = True
        self.limit.start()

    def stop_reading(self) -> None:
        connection: Any = self.connection  # django-stubs take it for a request
        with suppress(OSError):  # nobody is there any more
            connection.shutdown(socket.SHUT_RD)

    def finish(self) -> None:
        self.limit.cancel()
        super().finish()

    def get_environ(self) -> dict[str, Any]:
        # What Django leaves unread is read, so that the answer is seen; not for ever.
        environ: dict[str, Any] = super().get_environ()
        length = re.fullmatch("[0-9]{1,18}", environ.get("CONTENT_LENGTH", "0"))
        read = min(int(length[0]), 1024 * 1024) if length else 0
        return {**environ, "CONTENT_LENGTH": str(read)}

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: it would hold whole addresses. The guard logs."""


class Server(ThreadedWSGIServer):
    block_on_close = False  # a slow embed.js must not hold up the end
    request_queue_size = 64

    def server_bind(self) -> None:
        # Not HTTPServer's: it looks the host's name up, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.socket.getsockname()[:2]
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A browser that goes away in the middle, or says nothing, is no news.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def listen(host: str, port: int) -> Server:
    """A server that listens already; port 0 takes a free one."""
    problem = f"--port {port} is no port: give 0 to 65535."
    if host not in ("127.0.0.1", "localhost", "::1"):
        problem = f"--host {host!r} is not this machine alone: the sandbox listens on"
        raise SettingError(f"{problem} 127.0.0.1, localhost or ::1.")
    # On Windows that flag would let two servers share a port.
    options = {"ipv6": ":" in host, "allow_reuse_address": os.name != "nt"}
    try:
        return Server((host, port), Handler, **options)
    except OSError as error:
        problem = f"--host {host!r} cannot be listened on: {error}."
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            problem = f"--port {port} is taken: give another, or 0 for any free one."
    except OverflowError:
        pass
    raise SettingError(problem)


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "sandbox.settings"
    try:
        options = parse()
        partner = make_partner(options)
        django.setup()
        server = listen(options.host, options.port)
        open_database(options.database)
    except SettingError as problem:
        sys.exit(str(problem))
    from .jupid import jupid

    jupid.partner = partner
    server.set_app(get_wsgi_application())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    host = f"[{options.host}]" if ":" in options.host else options.host
    with server, suppress(KeyboardInterrupt):
        address = f"http://{host}:{server.server_port}/"
        print(f"Sandbox, not Jupid: {address} (Ctrl-C ends it)", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
