"""Django's development server, on this machine alone and with a little patience."""

from __future__ import annotations

import errno
import os
import re
import socketserver
import sys
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from .partner import SettingError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
DRAINED_BYTES = 1024 * 1024


class Handler(WSGIRequestHandler):
    disable_nagle_algorithm = True
    # Seconds that somebody may keep a thread waiting for the next byte.
    timeout = 5

    def get_environ(self) -> dict[str, Any]:
        # The server reads on where Django does not, so that the answer is seen: it
        # shall not do so for ever.
        environ: dict[str, Any] = super().get_environ()
        length = environ.get("CONTENT_LENGTH", "")
        is_length = re.fullmatch("[0-9]{1,18}", length)
        read = min(int(length), DRAINED_BYTES) if is_length else 0
        return {**environ, "CONTENT_LENGTH": str(read)}

    def log_message(self, format: str, *args: object) -> None:
        # Its lines hold whole addresses, and whatever else was sent as one.
        pass


class Server(ThreadedWSGIServer):
    # A slow embed.js must not hold up the end.
    block_on_close = False
    request_queue_size = 64

    def server_bind(self) -> None:
        # Not HTTPServer's: it looks the host's name up, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.socket.getsockname()[:2]
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A browser that goes away in the middle, or says nothing, is no news.
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


def listen(host: str, port: int) -> Server:
    """A server that listens already; port 0 takes a free one."""
    if host not in LOOPBACK:
        raise SettingError(
            f"--host {host!r} is not this machine alone: the sandbox listens on"
            " 127.0.0.1, localhost or ::1."
        )
    # On Windows that flag would let two servers share a port.
    options = {"ipv6": ":" in host, "allow_reuse_address": os.name != "nt"}
    try:
        server = Server((host, port), Handler, **options)
    except OverflowError:
        raise SettingError(f"--port {port} is no port: give 0 to 65535.") from None
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise SettingError(
                f"--port {port} is taken: give another, or 0 for any free one."
            ) from None
        raise SettingError(f"--host {host!r} cannot be listened on: {error}.") from None
    server.set_app(get_wsgi_application())
    return server
