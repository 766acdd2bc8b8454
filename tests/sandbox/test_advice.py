"""What the sandbox advises on where it refuses nothing."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from .client import ORIGIN
from .forge import NOW, token
from .test_verify import CHECKS, SET_JTI

if TYPE_CHECKING:
    from collections.abc import Callable

    from .client import Hints, Sandbox

# What is accepted, with the names and hints of the advice it gets.
ADVISED: dict[str, tuple[str, Hints]] = {
    "good": (token(), {}),
    "empty payload": (token(payload={}), {}),
    "letters of all the world": (token(name="Łukasz 李 <b>&"), {}),
    "lives ten minutes": (token(exp=NOW + 600), {"lifetime": "Set exp to iat + 300."}),
    "exp with a fraction": (
        token(exp=NOW + 300.5),
        {
            "number-type": "Write exp as a whole number of seconds, as int(time) does.",
            "lifetime": "Set exp to iat + 300.",
        },
    ),
    "iat with a fraction": (
        token(iat=float(NOW)),
        {"number-type": "Write iat as a whole number of seconds, as int(time) does."},
    ),
    "exp in milliseconds": (
        token(exp=(NOW + 300) * 1000),
        {"lifetime": "Set exp to iat + 300."},
    ),
    "iat in the future": (
        token(iat=NOW + 120, exp=NOW + 420),
        {"issued-in-future": "Set iat to the present, and the server's clock right."},
    ),
    "name blank": (
        token(name=" "),
        {
            "blank-name": "Set name to something to call the user by,"
            " such as the username."
        },
    ),
    "email empty": (
        token(email="", sub="no-email"),
        {"email": "Set email to the user's address: Jupid makes the user with it."},
    ),
    "email malformed": (
        token(email="ada at example.com", sub="bad-email"),
        {"email": "Set email to the user's address: Jupid makes the user with it."},
    ),
    "sub is an email": (
        token(sub="ada@example.com"),
        {
            "sub-is-email": "Set sub to an ID that never changes:"
            " an email does, and is then lost."
        },
    ),
    "sub is the email, which is malformed": (
        token(sub="ada", email="ada"),
        {
            "sub-is-email": "Set sub to an ID that never changes:"
            " an email does, and is then lost.",
            "email": "Set email to the user's address: Jupid makes the user with it.",
        },
    ),
    "jti no UUID": (token(jti="first"), {"jti-form": SET_JTI}),
    "jti a UUID1": (token(jti=str(uuid.uuid1())), {"jti-form": SET_JTI}),
    "a tenth claim": (
        token(plan="gold"),
        {"extra-claim": 'Put "plan" into payload: a token has nine claims.'},
    ),
}


@pytest.mark.parametrize(
    ("sent", "advice"), ADVISED.values(), ids=[name for name in ADVISED]
)
def test_accepted_token_gets_this_advice(
    sandbox: Sandbox, sent: str, advice: Hints
) -> None:
    page = sandbox.session(sent)
    assert page.verdicts() == dict.fromkeys(CHECKS, True)
    assert page.hints() == {}
    assert page.advice() == advice


def test_replayed_token_gets_advice_by_its_jti(sandbox: Sandbox) -> None:
    hint = "Fetch a new token for every mount, and make a new jti for every token."
    first, second = token(jti="same"), token(jti="same", name="Ada")
    forged = token(jti="same", secret="f" * 40)
    assert "replay" not in sandbox.session(forged).advice()
    assert "replay" not in sandbox.session(first).advice()
    assert sandbox.session(first).advice()["replay"] == hint
    assert sandbox.session(second).advice()["replay"] == hint


def test_mapping_keeps_its_first_email_and_takes_the_new_name(
    sandbox: Sandbox,
) -> None:
    sandbox.session(token())
    page = sandbox.session(token(email="countess@example.com", name="Countess"))
    user = sandbox.state()["sessions"][0]["user"]
    assert user.pop("id")
    assert user == {
        "partner_id": "acme",
        "sub": "42",
        "email": "ada@example.com",
        "name": "Countess",
        "payload": {"company_name": "Acme Studio"},
        "visits": 2,
    }
    assert page.advice() == {
        "email-changed": 'Jupid keeps the first email, "ada@example.com". If this is'
        " another person, their sub must differ."
    }


def test_advice_on_a_setup_that_production_refuses(
    start: Callable[..., Sandbox],
) -> None:
    secret, name = "dev-" + "s" * 40, "your-partner-id"
    options = ["--origin", ORIGIN, "--partner-id", name, "--port", "0"]
    sandbox = start(*options, JUPID_EMBED_SECRET=secret)
    sandbox.set_faults()
    page = sandbox.session(token(iss=name, secret=secret), partner_id=name)
    assert page.hints() == {}
    assert page.advice() == {
        "placeholder-partner": "Fine here. Jupid refuses it: set the partner ID that"
        " Jupid sends.",
        "development-secret": "Fine here. For staging and production, set the secret"
        " that Jupid sends.",
    }


def test_token_of_this_second_is_not_from_the_future(
    verify: Callable[..., Any],
) -> None:
    assert verify(token(iat=NOW), now=NOW).advice == []
