"""A verifier that shares no code with ours, jose in Node, takes our tokens alone."""

from __future__ import annotations

import base64
import json
import os
import shutil
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from .. import helpers

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "a secret of these tests, and of nothing else"
ISSUER = "acme"
AUDIENCE = "jupid-embed"
VERIFIER = Path(__file__).parent / "verifier"

pytestmark = pytest.mark.xdist_group("verifier")

# Asks the endpoint of a baked project for a token, for each of two users.
ASK = """
import json, django
django.setup()
from django.core.management import call_command
from django.test import Client
from jupid_embed.tests import users
call_command("migrate", run_syncdb=True, verbosity=0)
answers = []
for user in (users.make_user("ada"), users.make_user("eve"), users.make_user("Zoë 漢字")):
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    token = client.get("/api/jupid/embed-token").json()["token"]
    answers.append([str(user.pk), user.email, token])
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def verify() -> Callable[..., list[dict[str, Any]]]:
    """Returns jose's verdict on each token; installs jose once, in the user's cache."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        if os.environ.get("CI"):
            pytest.fail("Node and npm are missing, and in CI this test must run.")
        pytest.skip("Node and npm are missing; install Node to run this test.")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "jupid-template" / "verifier"
    shutil.copytree(VERIFIER, folder, dirs_exist_ok=True)
    if not (folder / "node_modules/jose").exists():
        options = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
        done = helpers.run(npm, "install", *options, cwd=folder)
        if done.returncode and not os.environ.get("CI"):
            pytest.skip(f"npm cannot install jose: {done.stderr.strip()[:200]}")
        assert done.returncode == 0, done.stderr

    def ask(*tokens: str, secret: str = SECRET) -> list[dict[str, Any]]:
        wanted = {"secret": secret, "issuer": ISSUER, "audience": AUDIENCE}
        question = json.dumps({**wanted, "tokens": tokens})
        done = helpers.run(node, folder / "verify.mjs", cwd=folder, stdin=question)
        assert done.returncode == 0, done.stderr
        verdicts: list[dict[str, Any]] = json.loads(done.stdout)
        return verdicts

    return ask


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, str]]:
    """The key, the email and the token of each of three users of a baked project."""
    project = helpers.bake(tmp_path_factory.mktemp("verifier"))
    env = helpers.environment(
        PYTHONPATH=helpers.PACKAGES,
        DJANGO_SETTINGS_MODULE="example.settings",
        JUPID_EMBED_SECRET=SECRET,
        JUPID_EMBED_PARTNER_ID=ISSUER,
        JUPID_EMBED_AUDIENCE=AUDIENCE,
    )
    output = helpers.must(sys.executable, "-c", ASK, cwd=project, env=env)
    return [(key, email, token) for key, email, token in json.loads(output)]


def test_jose_takes_every_token_of_the_endpoint(
    answers: list[tuple[str, str, str]], verify: Callable[..., list[dict[str, Any]]]
) -> None:
    verdicts = verify(*(token for _, _, token in answers))

    assert len({key for key, _, _ in answers}) == 3
    for (key, email, _), verdict in zip(answers, verdicts, strict=True):
        claims = verdict["claims"]
        assert verdict["header"] == {"alg": "HS256", "typ": "JWT"}
        assert set(claims) == {
            *("iss", "aud", "sub", "email", "name", "payload", "iat", "exp", "jti")
        }
        assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, AUDIENCE, key)
        assert claims["email"] == email
        assert claims["payload"] == {"company_name": "Acme Studio"}
        assert claims["exp"] - claims["iat"] == 300
        assert abs(claims["iat"] - time.time()) < 300
        assert uuid.UUID(claims["jti"]).version == 4


def part(value: object) -> str:
    """One part of a token: JSON in base64url without padding."""
    text = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def with_other_payload(token: str) -> str:
    header, _, signature = token.split(".")
    return ".".join((header, part({**claims_of(token), "sub": "1000"}), signature))


def with_other_header(token: str) -> str:
    _, payload, signature = token.split(".")
    return ".".join((part({"typ": "JWT", "alg": "HS256"}), payload, signature))


def with_broken_signature(token: str) -> str:
    head, _, signature = token.rpartition(".")
    return f"{head}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def signed(token: str, *, secret: str = SECRET, **change: Any) -> str:
    """Sign the token's claims anew, changed; a claim of None is left out."""
    alg, typ = change.pop("alg", "HS256"), change.pop("typ", "JWT")
    claims = {k: v for k, v in {**claims_of(token), **change}.items() if v is not None}
    return jwt.encode(claims, secret, algorithm=alg, headers={"typ": typ})


LONG = SECRET * 2  # PyJWT wants 64 bytes for HS512
BAD_SIGNATURE = ("ERR_JWS_SIGNATURE_VERIFICATION_FAILED", None)
BAD_ALGORITHM = ("ERR_JOSE_ALG_NOT_ALLOWED", None)
BAD_CLAIM = "ERR_JWT_CLAIM_VALIDATION_FAILED"

TAMPERED: dict[str, tuple[Callable[[str], str], tuple[str, str | None]]] = {
    "another user in the payload": (with_other_payload, BAD_SIGNATURE),
    "a header written anew": (with_other_header, BAD_SIGNATURE),
    "a signature with one letter changed": (with_broken_signature, BAD_SIGNATURE),
    "no signature": (lambda token: token.rpartition(".")[0] + ".", BAD_SIGNATURE),
    "two parts": (lambda token: token.rpartition(".")[0], ("ERR_JWS_INVALID", None)),
    "algorithm none": (
        lambda token: f"{part({'alg': 'none', 'typ': 'JWT'})}.{token.split('.')[1]}.",
        BAD_ALGORITHM,
    ),
    "algorithm HS512": (
        lambda token: signed(token, secret=LONG, alg="HS512"),
        BAD_ALGORITHM,
    ),
    "another secret": (
        lambda token: signed(token, secret=SECRET[::-1]),
        BAD_SIGNATURE,
    ),
    "the secret with a line break": (
        lambda token: signed(token, secret=f"{SECRET}\n"),
        BAD_SIGNATURE,
    ),
    "another issuer": (lambda token: signed(token, iss="eve"), (BAD_CLAIM, "iss")),
    "another audience": (lambda token: signed(token, aud="eve"), (BAD_CLAIM, "aud")),
    "another type": (lambda token: signed(token, typ="at+jwt"), (BAD_CLAIM, "typ")),
    "no jti": (lambda token: signed(token, jti=None), (BAD_CLAIM, "jti")),
    "expired": (
        lambda token: signed(token, iat=1_000_000_000, exp=1_000_000_300),
        ("ERR_JWT_EXPIRED", "exp"),
    ),
}


def test_jose_refuses_every_tampered_token(
    answers: list[tuple[str, str, str]], verify: Callable[..., list[dict[str, Any]]]
) -> None:
    token = answers[0][2]
    tampered = [tamper(token) for tamper, _ in TAMPERED.values()]

    untouched, *verdicts = verify(signed(token), *tampered)

    assert "claims" in untouched  # what the table changes is what makes the difference
    assert len(verdicts) == 14
    assert {
        name: (verdict.get("refused"), verdict.get("claim"))
        for name, verdict in zip(TAMPERED, verdicts, strict=True)
    } == {name: expected for name, (_, expected) in TAMPERED.items()}


def test_token_signed_with_the_development_secret_is_refused_by_the_real_one(
    answers: list[tuple[str, str, str]], verify: Callable[..., list[dict[str, Any]]]
) -> None:
    (verdict,) = verify(answers[0][2], secret=f"dev-{SECRET}")

    assert verdict["refused"] == BAD_SIGNATURE[0]
