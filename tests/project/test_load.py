"""The example site under gunicorn: many clients at once, and a database that fails."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import jwt
import pytest

from .. import helpers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [
    pytest.mark.xdist_group("load"),
    pytest.mark.skipif(
        find_spec("gunicorn") is None,
        reason="gunicorn is not installed, and does not run on Windows",
    ),
]

SECRET = "a secret of these tests, and of nothing else"
CLIENTS = 32
TOKENS = 5000
ENDPOINT = "/api/jupid/embed-token"

# The example's settings as a server would run them, with a log of all that Django and
# jupid_embed say, and no long wait for a database that is locked.
SETTINGS = """
from example.settings import *
DATABASES["default"]["OPTIONS"] = {"timeout": 1}
LOGGING = {
    "version": 1,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django": {"handlers": [], "propagate": True}},
}
"""

# Makes the users and their sessions, and prints the cookie and the ID of each.
PREPARE = """
import json, django
django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connection
from jupid_embed.tests import users
call_command("migrate", run_syncdb=True, verbosity=0)
made = []
for number in range(16):
    user = users.make_user(f"user{number}")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    made.append([session.session_key, str(user.pk)])
print(json.dumps(made))
"""


class Site(NamedTuple):
    """A running example site, and who is signed in to it."""

    port: int
    log: Path
    database: Path
    sessions: list[tuple[str, str]]


class Answer(NamedTuple):
    status: int
    body: str

    @property
    def token(self) -> str:
        return str(json.loads(self.body)["token"])


def get(connection: HTTPConnection, session: str | None) -> Answer:
    headers = {"Accept": "application/json"}
    if session:
        headers["Cookie"] = f"sessionid={session}"
    connection.request("GET", ENDPOINT, headers=headers)
    response: HTTPResponse = connection.getresponse()
    return Answer(response.status, response.read().decode())


def ask(site: Site, session: str | None) -> Answer:
    with closing(HTTPConnection("127.0.0.1", site.port, timeout=60)) as connection:
        return get(connection, session)


@contextmanager
def running(project: Path) -> Iterator[Site]:
    """Serve the example from ``project`` until the block ends."""
    (project / "load_settings.py").write_text(SETTINGS, "utf-8")
    env = helpers.environment(
        PYTHONPATH=helpers.PACKAGES,
        DEBUG="0",
        DJANGO_SETTINGS_MODULE="load_settings",
        JUPID_EMBED_SECRET=SECRET,
        JUPID_EMBED_PARTNER_ID="acme",
    )
    prepared = helpers.must(sys.executable, "-c", PREPARE, cwd=project, env=env)
    log = project / "gunicorn.log"
    command = [sys.executable, "-m", "gunicorn", "--bind=127.0.0.1:0", "--workers=2"]
    command += ["--threads=16", "--worker-class=gthread", "--log-level=debug"]
    command += [
        "--capture-output",
        "--keep-alive=30",
        "django.core.wsgi:get_wsgi_application()",
    ]
    with open(log, "wb") as output:
        server = subprocess.Popen(
            command, cwd=project, env=env, stdout=output, stderr=output
        )
    try:
        port = port_of(server, log)
        sessions = [(key, user) for key, user in json.loads(prepared)]
        yield Site(port, log, project / "db.sqlite3", sessions)
    finally:
        server.terminate()
        server.wait(30)


def port_of(server: subprocess.Popen[bytes], log: Path) -> int:
    """Return the port that gunicorn says it listens on, once it says so."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        text = log.read_text("utf-8", "replace")
        if found := re.search(r"Listening at: http://127\.0\.0\.1:(\d+)", text):
            return int(found[1])
        assert server.poll() is None, text
        time.sleep(0.05)  # gunicorn has no other way to tell
    raise AssertionError(f"gunicorn did not start:\n{log.read_text('utf-8')}")


def claims_of(token: str) -> dict[str, object]:
    claims: dict[str, object] = jwt.decode(
        token, SECRET, algorithms=["HS256"], audience="jupid-embed", issuer="acme"
    )
    return claims


@pytest.fixture
def site(bake: Callable[..., Path]) -> Iterator[Site]:
    with running(bake()) as site:
        yield site


def test_many_clients_get_each_their_own_tokens(site: Site) -> None:
    """5,000 tokens by 32 clients, every second of them changing between users."""

    def client(number: int) -> tuple[Counter[int], list[tuple[str, str]]]:
        statuses: Counter[int] = Counter()
        tokens: list[tuple[str, str]] = []
        share = TOKENS // CLIENTS + (number < TOKENS % CLIENTS)
        with closing(HTTPConnection("127.0.0.1", site.port, timeout=60)) as connection:
            step = 0
            while len(tokens) < share:
                step += 1
                place = (number + step * (number % 2)) % len(site.sessions)
                session, user = site.sessions[place]
                signed_out = step % 5 == 0
                answer = get(connection, "no-such-session" if signed_out else session)
                statuses[answer.status] += 1
                if signed_out:  # the example's own login policy stands first
                    assert (answer.status, answer.body) == (302, "")
                else:
                    assert answer.status == 200, answer.body
                    tokens.append((user, answer.token))
        return statuses, tokens

    with ThreadPoolExecutor(CLIENTS) as pool:
        results = list(pool.map(client, range(CLIENTS), timeout=300))

    statuses = sum((one for one, _ in results), Counter[int]())
    issued = [
        (user, claims_of(token)) for _, tokens in results for user, token in tokens
    ]
    assert set(statuses) == {200, 302}
    assert statuses[200] == len(issued) == TOKENS
    assert statuses[302] > TOKENS // 5
    assert [claims["sub"] for _, claims in issued] == [user for user, _ in issued]
    assert len({claims["jti"] for _, claims in issued}) == TOKENS
    log = site.log.read_text("utf-8", "replace")
    logged = re.findall(r"^Token (\S+) issued to user (\d+)$", log, re.MULTILINE)
    assert sorted(logged) == sorted((str(one["jti"]), user) for user, one in issued)
    check_log(site, [token for _, tokens in results for _, token in tokens[:20]])


def check_log(site: Site, tokens: list[str]) -> None:
    """Fail where the server's log holds the secret, or the signature of a token."""
    log = site.log.read_text("utf-8", "replace")
    assert SECRET not in log
    assert not [token for token in tokens if token.rpartition(".")[2] in log]


def check_failure(answer: Answer) -> None:
    """Fail unless the answer is a plain 5xx."""
    assert 500 <= answer.status < 600
    assert "token" not in answer.body.lower()
    assert "eyJ" not in answer.body
    assert SECRET not in answer.body
    assert "Traceback" not in answer.body


def test_locked_database_gives_no_token_and_recovers(site: Site) -> None:
    session, user = site.sessions[0]
    before = ask(site, session)

    with closing(sqlite3.connect(site.database)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: ask(site, session), range(4)))
        other.rollback()

    after = ask(site, session)
    for answer in answers:
        check_failure(answer)
    assert claims_of(before.token)["sub"] == claims_of(after.token)["sub"] == user
    assert "database is locked" in site.log.read_text("utf-8")
    check_log(site, [before.token, after.token])


@pytest.mark.parametrize("fault", ["gone", "emptied", "spoilt"])
def test_vanished_database_gives_no_token_and_recovers(fault: str, site: Site) -> None:
    session, user = site.sessions[0]
    before = ask(site, session)
    kept = site.database.read_bytes()

    if fault == "gone":
        site.database.rename(site.database.with_suffix(".away"))
        site.database.mkdir()  # where a file is only missing, SQLite makes an empty one
    else:
        site.database.write_bytes(b"" if fault == "emptied" else os.urandom(len(kept)))
    answers = [ask(site, session) for _ in range(4)]
    if fault == "gone":
        site.database.rmdir()
        site.database.with_suffix(".away").rename(site.database)
    else:
        site.database.write_bytes(kept)

    after = ask(site, session)
    for answer in answers:
        check_failure(answer)
    assert claims_of(before.token)["sub"] == claims_of(after.token)["sub"] == user
    assert claims_of(before.token)["jti"] != claims_of(after.token)["jti"]
    check_log(site, [before.token, after.token])


def test_signed_out_fetch_needs_no_database(site: Site) -> None:
    site.database.write_bytes(b"")

    assert ask(site, None) == Answer(302, "")
