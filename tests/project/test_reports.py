"""What error reports hold: sentry-sdk with local variables, Django's mail and debug page."""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import TYPE_CHECKING

import pytest

from ..helpers import PACKAGES, environment, must

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "a-key-that-no-report-may-hold-0123456789"

# Runs in a baked project, a request for each place in which an error may be raised, and
# prints what was reported of each.
SCRIPT = """
import json, sys
from unittest import mock

import django
from django.conf import settings
from example import settings as example

way, name = sys.argv[1:]
error = getattr(__import__("builtins"), name)
mails = {"class": "django.utils.log.AdminEmailHandler", "include_html": True}
settings.configure(**{
    **{name: getattr(example, name) for name in dir(example) if name.isupper()},
    "ADMINS": ["a@b.example"] if django.VERSION >= (6, 0) else [("a", "a@b.example")],
    "ALLOWED_HOSTS": ["testserver"],
    "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    "DEBUG": way == "page",
    "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
    "LOGGING": {
        "version": 1,
        "handlers": {"mails": mails},
        "loggers": {
            "django.request": {"handlers": ["mails"], "propagate": False},
            "jupid_embed": {"level": "INFO"},
        },
    },
})
reports = []
if way == "sentry":
    import sentry_sdk
    from sentry_sdk.transport import Transport

    class Kept(Transport):
        def capture_envelope(self, envelope):
            reports.append(envelope.serialize().decode("utf-8", "replace"))

    sentry_sdk.init(
        "https://key@sentry.example/1",
        transport=Kept,
        include_local_variables=True,
        send_default_pii=True,
    )
django.setup()

from django.core import mail
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.test import Client, RequestFactory
from jwt.algorithms import HMACAlgorithm
from jupid_embed import identity, tokens
from jupid_embed.tests.users import make_user

call_command("migrate", run_syncdb=True, verbosity=0)
client = Client()
client.force_login(make_user())
cookie = client.cookies[settings.SESSION_COOKIE_NAME].OutputString().partition(";")[0]
environ = RequestFactory(headers={"cookie": cookie}).get("/api/jupid/embed-token").environ
application = get_wsgi_application()


def report(*patches):
    reports.clear()
    mail.outbox = []
    page = ""
    try:
        for patch in patches:
            patch.start()
        response = application(dict(environ), lambda *_: None)
        page = b"".join(response).decode() * (way == "page")
    except (SystemExit, KeyboardInterrupt):
        pass
    finally:
        mock.patch.stopall()
    mails = [text for sent in mail.outbox for text, _ in sent.alternatives]
    return "".join([*reports, *mails, page])


def stop(place, name):
    def raises(*args, **kwargs):
        raise error("the worker is stopped")

    return mock.patch.object(place, name, raises)


signing = stop(HMACAlgorithm, "sign")
print(json.dumps({
    "signing": report(signing),
    "logging": report(stop(tokens.logger, "info")),
    "answering": report(stop(JsonResponse, "__init__")),
    "identity": report(stop(identity, "build_jupid_payload")),
    "uncut": report(
        signing,
        mock.patch.object(tokens, "_sign_and_log", tokens._sign_and_log.__wrapped__),
        mock.patch.object(tokens, "sign_claims", tokens.sign_claims.__wrapped__),
    ),
}))
"""
WAYS = [
    ("page", "RuntimeError"),
    ("mail", "RuntimeError"),
    ("sentry", "RuntimeError"),
    ("sentry", "SystemExit"),
    ("sentry", "KeyboardInterrupt"),
]


@cache
def reports(project: Path, way: str, error: str) -> dict[str, str]:
    """What one way of reporting says of an error, by the place where it is raised."""
    said = must(
        *[sys.executable, "-c", SCRIPT, way, error],
        cwd=project,
        env=environment(JUPID_EMBED_SECRET=SECRET, PYTHONPATH=PACKAGES),
    )
    found: dict[str, str] = json.loads(said)
    return found


@pytest.mark.xdist_group("reports")
@pytest.mark.parametrize("place", ["signing", "logging", "answering", "identity"])
@pytest.mark.parametrize(("way", "error"), WAYS)
def test_no_report_holds_the_key_or_a_token(
    project: Path, way: str, error: str, place: str
) -> None:
    said = reports(project, way, error)[place]

    assert "the worker is stopped" in said
    assert SECRET not in said
    assert "eyJ" not in said


@pytest.mark.xdist_group("reports")
@pytest.mark.parametrize(("way", "error"), WAYS)
def test_each_report_would_hold_the_key_otherwise(
    project: Path, way: str, error: str
) -> None:
    assert SECRET in reports(project, way, error)["uncut"]
