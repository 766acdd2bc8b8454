"""The sandbox as a server in a thread: for `python -m sandbox` and for tests."""

from __future__ import annotations

import errno
import os
import re
import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from .app import Effects, Faults, Jupid, Session
from .partner import Partner, SettingError
from .store import Users

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LONG_WORD = re.compile(r"[\w.=%~-]{40,}")


def refuse_production(environment: Mapping[str, str]) -> None:
    """Raise SettingError unless DEBUG is "1", as it is where nothing sets it."""
    if environment.get("DEBUG", "1") != "1":
        raise SettingError(
            "DEBUG is off: the sandbox is for development and never for production."
        )


class Sandbox:
    """Jupid on this machine. `with Sandbox(partner) as sandbox:` starts and ends it.

    `port` 0 takes a free one; `database` is a file, or ":memory:" to forget the users.
    Raises SettingError where it must not or cannot run.
    """

    def __init__(
        self,
        partner: Partner,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        database: str | Path = ":memory:",
        log: bool = False,
    ) -> None:
        refuse_production(os.environ)
        if host not in LOOPBACK:
            raise SettingError(
                f"--host {host!r} is not this machine alone: the sandbox listens on"
                " 127.0.0.1, localhost or ::1."
            )
        self._server = _listen(host, port)
        try:
            self._users = Users(database)
        except SettingError:
            self._server.server_close()
            raise
        self.jupid = Jupid(partner, self._users)
        self._server.set_app(_logged(self.jupid) if log else self.jupid)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )
        name = f"[{host}]" if ":" in host else host
        #: The app URL to give to the site: scheme, host and port.
        self.origin = f"http://{name}:{self._server.server_port}"
        #: The control page.
        self.url = f"{self.origin}/"

    @property
    def partner(self) -> Partner:
        """What the sandbox holds for the partner; may be set while it runs."""
        return self.jupid.partner

    @partner.setter
    def partner(self, partner: Partner) -> None:
        self.jupid.partner = partner

    @property
    def faults(self) -> Faults:
        """The fault switches; may be set, whole or one by one, while it runs."""
        return self.jupid.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self.jupid.faults = faults

    @property
    def effects(self) -> Effects:
        """How often each thing happened; set it to Effects() to count anew."""
        return self.jupid.effects

    @effects.setter
    def effects(self, effects: Effects) -> None:
        self.jupid.effects = effects

    @property
    def sessions(self) -> list[Session]:
        """What became of the last tokens, newest first."""
        return list(self.jupid.sessions)

    def __enter__(self) -> Sandbox:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.jupid.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._users.close()


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    # A slow embed.js must not hold up the end.
    block_on_close = False
    # On Windows this flag would let two servers share a port.
    allow_reuse_address = os.name != "nt"
    request_queue_size = 64

    def server_bind(self) -> None:
        # Not HTTPServer's: it looks the host's name up, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        host, self.server_port = self.socket.getsockname()[:2]
        self.server_name = str(host)
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A browser that goes away in the middle is no news.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(WSGIRequestHandler):
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        # Its lines hold whole addresses, and whatever else was sent as one.
        pass


def _logged(app: WSGIApplication) -> WSGIApplication:
    """Logs method, path and status. No query, and no word as long as a token."""

    def logging_app(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        asked = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        line = ascii(LONG_WORD.sub("...", asked))[1:-1]

        def logging_start(
            status: str, headers: list[tuple[str, str]], *rest: Any
        ) -> Callable[[bytes], object]:
            # In one write: other threads log too.
            sys.stderr.write(f"{line} {status[:3]}\n")
            return start_response(status, headers, *rest)

        return app(environ, logging_start)

    return logging_app


def _listen(host: str, port: int) -> WSGIServer:
    server = _Server6 if ":" in host else _Server
    try:
        return server((host, port), _Handler)
    except OverflowError:
        raise SettingError(f"--port {port} is no port: give 0 to 65535.") from None
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise SettingError(
                f"--port {port} is taken: give another, or 0 for any free one."
            ) from None
        raise SettingError(f"--host {host!r} cannot be listened on: {error}.") from None
