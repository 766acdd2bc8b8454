"""The generated token against the one that Jupid's documented Django view signs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from ..helpers import PACKAGES, environment, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = "the secret that both sides share, in this test alone"
DOCUMENTED = {
    "partner_id": "your-partner-id",
    "audience": "jupid-embed",
    "app_url": "https://jupid-staging-app.example.com",
    "user_id_field": "pk",
    "email_field": "email",
    "name_field": "get_full_name()",
    "payload_fields": "company_name=profile.company_name",
}
CLAIMS = {"iss", "aud", "sub", "email", "name", "payload", "iat", "exp", "jti"}

# What the documentation says to write by hand: a view behind login_required that signs
# these nine claims with PyJWT. Run within the baked project.
SCRIPT = """
import json, time, uuid
import django

django.setup()

import jwt
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.core.management import call_command
from django.http import JsonResponse
from django.test import Client
from django.urls import path

from example import urls
from jupid_embed import conf
from jupid_embed.tests.users import make_user
from jupid_embed.tokens import build_claims, sign_claims


@login_required
def documented(request):
    user, issued = request.user, int(time.time())
    claims = {
        "iss": conf.get("JUPID_EMBED_PARTNER_ID"),
        "aud": conf.get("JUPID_EMBED_AUDIENCE"),
        "sub": str(user.pk),
        "email": user.email,
        "name": user.get_full_name(),
        "payload": {"company_name": user.profile.company_name},
        "iat": issued,
        "exp": issued + 300,
        "jti": str(uuid.uuid4()),
    }
    key, header = conf.get("JUPID_EMBED_SECRET"), {"typ": "JWT"}
    token = jwt.encode(claims, key, algorithm="HS256", headers=header)
    return JsonResponse({"token": token})


settings.DATABASES["default"]["NAME"] = ":memory:"
settings.ALLOWED_HOSTS.append("testserver")
call_command("migrate", run_syncdb=True, verbosity=0)
urls.urlpatterns.append(path("documented", documented))
users = [make_user("ada"), make_user("zo\\u00eb"), make_user("mary")]
users[1].email = "zoe@example.com"
users[1].save()
users[1].first_name, users[1].last_name = "Zo\\u00eb", "O'Hara \\U0001f600"
users[1].profile.company_name = "<Acme> & \\u682a\\u5f0f\\u4f1a\\u793e"
found = []
for user in users:
    user.save()
    user.profile.save()
    client = Client()
    client.force_login(user)
    token = client.get("/documented").json()["token"]
    issued = jwt.decode(token, options={"verify_signature": False})["iat"]
    built = sign_claims(build_claims(user, issued_at=issued))
    answered = client.get("/api/jupid/embed-token").json()["token"]
    found.append([token, built, answered])
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def tokens(baked: Callable[..., Path]) -> list[list[str]]:
    """For each of three users: the documented token, ours, and our endpoint's."""
    done = run(
        *[sys.executable, "-c", SCRIPT],
        cwd=baked(**DOCUMENTED),
        env=environment(
            DJANGO_SETTINGS_MODULE="example.settings",
            JUPID_EMBED_SECRET=SECRET,
            PYTHONPATH=PACKAGES,
        ),
    )
    assert done.returncode == 0, done.stderr
    found: list[list[str]] = json.loads(done.stdout)
    assert len(found) == 3
    return found


def read(token: str) -> dict[str, Any]:
    """Return the claims of a token that Jupid would take."""
    return jwt.decode(
        token,
        SECRET,
        algorithms=["HS256"],
        issuer="your-partner-id",
        audience="jupid-embed",
        options={"require": sorted(CLAIMS)},
    )


def test_each_claim_is_what_the_documented_view_signs(tokens: list[list[str]]) -> None:
    for documented, built, _ in tokens:
        theirs, ours = read(documented), read(built)
        assert set(ours) == CLAIMS
        for claim in CLAIMS - {"jti"}:
            assert ours[claim] == theirs[claim], claim
            assert type(ours[claim]) is type(theirs[claim]), claim


def test_the_endpoint_signs_these_claims(tokens: list[list[str]]) -> None:
    for documented, _, answered in tokens:
        theirs, ours = read(documented), read(answered)
        assert ours["exp"] - ours["iat"] == theirs["exp"] - theirs["iat"] == 300
        for claim in CLAIMS - {"jti", "iat", "exp"}:
            assert ours[claim] == theirs[claim], claim


def test_the_header_is_what_the_documented_view_writes(tokens: list[list[str]]) -> None:
    for each in tokens:
        headers = [jwt.get_unverified_header(token) for token in each]
        assert headers == [{"alg": "HS256", "typ": "JWT"}] * 3


def test_the_order_of_the_claims_is_the_documented_one(tokens: list[list[str]]) -> None:
    for documented, built, _ in tokens:
        assert list(read(built)) == list(read(documented))


def test_no_jti_comes_twice(tokens: list[list[str]]) -> None:
    ids = [read(token)["jti"] for each in tokens for token in each]
    assert len(set(ids)) == len(ids) == 9
