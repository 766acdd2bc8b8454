"""`python manage.py demo`: the example site beside a stand-in for Jupid."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from dotenv import dotenv_values

from example import people
from jupid_embed import conf

USUAL_PORTS = {"site": 8000, "sandbox": 8001}
# On Windows the folder says who may read.
UMASK = "" if sys.platform == "win32" else "umask 077; "
HOW_TO_MAKE_A_SECRET = (
    f'Make one for development: {UMASK}python -c "import secrets; '
    "print('JUPID_EMBED_SECRET=dev-' + secrets.token_urlsafe(48))\" >> .env"
)
ENDINGS = [signal.SIGINT, signal.SIGTERM]
if sys.platform != "win32":
    ENDINGS.append(signal.SIGHUP)


class Command(BaseCommand):
    help = "Serve the example site and the sandbox that plays Jupid, until Ctrl-C."
    # The site runs the checks when it starts.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "The demo is for development: it runs with DEBUG=1 only."
            )
        secret = self.development_secret()
        try:
            call_command("migrate", run_syncdb=True, verbosity=0)
            fits = database_fits_models()
        except DatabaseError:
            fits = False
        if not fits:
            raise CommandError(
                f"{settings.DATABASES['default']['NAME']} does not fit "
                "example/models.py: delete that file, and start again."
            )
        people.make()
        # A closed terminal and a kill end the servers too, as Ctrl-C does.
        for number in ENDINGS:
            signal.signal(number, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            self.serve(secret)

    def development_secret(self) -> str:
        """The environment's secret, or else .env's, if it was made for development."""
        file = settings.BASE_DIR / ".env"
        if file.is_dir():
            raise CommandError(f"{file} is a folder: remove it, and make a secret.")
        secret = conf.get("JUPID_EMBED_SECRET")
        if not secret.startswith("dev-"):
            written = dotenv_values(file, interpolate=False, encoding="utf-8-sig")
            other = written.get("JUPID_EMBED_SECRET") or ""
            if not other.startswith("dev-"):
                problem = "does not start with dev-" if secret else "is missing"
                raise CommandError(
                    f"JUPID_EMBED_SECRET {problem}. {HOW_TO_MAKE_A_SECRET}"
                )
            secret = other
            self.stdout.write("The environment's secret stays unused: .env's signs.")
        return secret

    def serve(self, secret: str) -> None:
        ports: dict[str, int] = {}
        for name, usual in USUAL_PORTS.items():
            taken = ports.values()
            ports[name] = next(
                port
                for port in range(usual, 65536)
                if port not in taken and is_free(port)
            )
            if ports[name] != usual:
                told = f"Port {usual} is taken: the {name} uses {ports[name]}."
                self.stdout.write(told)
        site = f"http://localhost:{ports['site']}"
        sandbox = f"http://127.0.0.1:{ports['sandbox']}"
        if os.environ.get("JUPID_EMBED_APP_URL"):
            app_url = conf.get("JUPID_EMBED_APP_URL")
            self.stdout.write(f"No token goes to {app_url}: the sandbox gets them.")
        commands = {
            "sandbox": [
                *("-m", "sandbox", f"--port={ports['sandbox']}", f"--origin={site}"),
                f"--partner-id={conf.get('JUPID_EMBED_PARTNER_ID')}",
                f"--audience={conf.get('JUPID_EMBED_AUDIENCE')}",
            ],
            "site": ["manage.py", "runserver", site[7:], "--noreload"],
        }
        environment = {
            **os.environ,
            "DEBUG": "1",
            "JUPID_EMBED_APP_URL": sandbox,
            "JUPID_EMBED_SECRET": secret,
            "PYTHONSAFEPATH": "",
        }
        with ExitStack() as stack:
            servers = {
                name: stack.enter_context(running(command, environment))
                for name, command in commands.items()
            }
            for name, server in servers.items():
                wait_for(name, server, ports[name])
            users = [f"    {name:8} {about}" for name, about in people.known().items()]
            lines = (
                f"\n  Open     {site}",
                f"  Sandbox  {sandbox}, which plays Jupid\n",
                f"  Sign in with the password {people.PASSWORD} as",
                *users,
                "\n  Ctrl-C ends both.",
            )
            self.stdout.write("\n".join(lines))
            self.stdout.flush()
            while True:
                for name, server in servers.items():
                    if server.poll() is not None:
                        raise CommandError(f"The {name} has ended; see above.")
                time.sleep(0.2)


def database_fits_models() -> bool:
    """Whether each table of the example is the one that its model makes today."""
    tables = {}
    with connection.schema_editor(collect_sql=True) as editor:
        for model in apps.get_app_config("example").get_models():
            tables[model._meta.db_table], _ = editor.table_sql(model)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        present = dict(cursor.fetchall())
    return all(present[name] == sql for name, sql in tables.items())


def is_free(port: int) -> bool:
    # Asked first, as some systems let two servers listen on one port.
    with suppress(OSError), socket.create_connection(("localhost", port), timeout=1):
        return False
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


@contextmanager
def running(
    arguments: list[str], environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run Python with these arguments, and end it with the block."""
    server = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        # Only a banner; the log and all errors go to standard error.
        stdout=subprocess.DEVNULL,
        # The terminal's Ctrl-C is for the demo alone, which then ends its servers.
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    try:
        yield server
    finally:
        # A second Ctrl-C must not stop this half-way.
        for number in ENDINGS:
            signal.signal(number, signal.SIG_IGN)
        server.terminate()
        server.wait()


def wait_for(name: str, server: subprocess.Popen[bytes], port: int) -> None:
    while server.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise CommandError(f"The {name} did not start; see above.")
