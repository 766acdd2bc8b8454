"""The rules for answers, and the code that is written from good ones."""

from __future__ import annotations

import ast
import io
import json
import re
import sys
from contextlib import nullcontext
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import django
import pytest
from click.testing import CliRunner, Result
from cookiecutter.cli import main
from cookiecutter.environment import StrictEnvironment
from cookiecutter.exceptions import FailedHookException
from django.apps import apps
from django.conf import settings
from jinja2 import FileSystemLoader, TemplateSyntaxError

from jupid_answers import extension, shape
from jupid_answers.extension import hexed
from jupid_answers.paths import (
    MODEL_NAMES,
    USER_FIELDS,
    USER_METHODS,
    USER_NAMES,
    FieldPath,
    parse_path,
    quote,
)
from jupid_answers.rules import RULES, parse_payload
from jupid_answers.shape import LINE_LENGTH, code_call
from jupid_answers.together import placeholders, problem, problems, refusal, tidied

from .. import helpers
from ..helpers import DEFAULTS, NAMES, QUESTIONS, ROOT, TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Callable

NO_NAME = (
    "is no field name; write a path such as email, profile.company_name or "
    "get_full_name()"
)
KEPT = "is a name that Django or Python keeps for itself; name a field or method of your own"
A_SLUG = (
    'write lower-case words joined by "-" or "_", at most 50 characters, as in '
    "jupid-integration"
)
AN_ID = (
    'a partner ID is 1 to 128 letters, digits, ".", "_" or "-", and starts with a letter '
    "or digit"
)
AN_AUDIENCE = (
    'an audience is 1 to 128 letters, digits, ".", "_", "-", ":" or "/", and starts with '
    "a letter or digit"
)
A_URL = "an app URL starts with https://, as in https://app.jupid.com"
A_HOST = "the host is letters, digits, dots and hyphens, as in https://app.jupid.com"
HTTPS = "use https; http is only for localhost, 127.0.0.1 and [::1]"
A_PORT = "a port is a number from 1 to 65535"
A_CLAIM = 'is no name: use ASCII letters, digits and "_", starting with a letter'
LONG_CLAIM = (
    "is longer than 40 characters; write a shorter one before an equals sign, as in "
    "plan=account.plan"
)
MISSING = "a field is missing beside a comma or an equals sign"
SAME_AS_ID = "this is the user ID already, and that must never change"
NO_EMAIL = "holds no email; name a field that does, such as email or profile.work_email"
NAMELESS = (
    "is no display name; name a field or method such as display_name or get_full_name()"
)
SHARED = "can be the same for two users; Jupid maps users by this value, so write pk"

LABEL = "a" * 63
HOST = f"{LABEL}.{LABEL}.{LABEL}.{'a' * 61}"  # 253 characters, the longest


def fields(count: int) -> str:
    return ",".join(f"field{number}" for number in range(count))


# What is typed, and what is rendered.
GOOD: dict[str, dict[str, str]] = {
    "project_slug": {
        "jupid-integration": "jupid-integration",
        "a": "a",
        "7": "7",
        "acme_jupid-2": "acme_jupid-2",
        "  acme ": "acme",
        "a" * 50: "a" * 50,
        "com10": "com10",
        "con-jupid": "con-jupid",
    },
    "partner_id": {
        "your-partner-id": "your-partner-id",
        "7": "7",
        "Acme.EU_1-x": "Acme.EU_1-x",
        "\tacme\n": "acme",
        "a" * 128: "a" * 128,
    },
    "audience": {
        "jupid-embed": "jupid-embed",
        "urn:jupid/embed.v1_2": "urn:jupid/embed.v1_2",
        "https://jupid.example/a": "https://jupid.example/a",
        " a ": "a",
        "a" * 128: "a" * 128,
    },
    "app_url": {
        "https://app.jupid.com": "https://app.jupid.com",
        " https://app.jupid.com/ ": "https://app.jupid.com",
        "HTTPS://App.Jupid.COM": "https://app.jupid.com",
        "https://app.jupid.com:443": "https://app.jupid.com",
        "https://app.jupid.com:443/": "https://app.jupid.com",
        "https://app.jupid.com:8443": "https://app.jupid.com:8443",
        "https://app.jupid.com:00080": "https://app.jupid.com:80",
        "https://app.jupid.com:65535": "https://app.jupid.com:65535",
        "http://localhost:80": "http://localhost",
        "http://LOCALHOST:8001/": "http://localhost:8001",
        "http://127.0.0.1:8001": "http://127.0.0.1:8001",
        "http://[::1]:8001": "http://[::1]:8001",
        "http://localhost:443": "http://localhost:443",
        "https://[::1]": "https://[::1]",
        "https://10.0.0.255": "https://10.0.0.255",
        "https://a1.2b.c-d": "https://a1.2b.c-d",
        f"https://{HOST}": f"https://{HOST}",
    },
    "user_id_field": {
        "pk": "pk",
        "id": "id",
        "public_id": "public_id",
        "account.public_id": "account.public_id",
        " account . public_id ": "account.public_id",
        "account.pk": "account.pk",
        "account.id": "account.id",
        "profile.user_id": "profile.user_id",
        "user_id": "user_id",
        "get_external_id()": "get_external_id()",
        "get_external_id( )": "get_external_id()",
        "account.reference ()": "account.reference()",
        "a" * 63: "a" * 63,
        "Account.PublicID": "Account.PublicID",
        "renamedID": "renamedID",
        "print": "print",
        "match": "match",
    },
    "email_field": {
        "email": "email",
        "profile.work_email": "profile.work_email",
        "a.b.c.d": "a.b.c.d",
        "get_email()": "get_email()",
        "company.email": "company.email",
        "profile.username": "profile.username",
        "contact_id": "contact_id",
    },
    "name_field": {
        "get_full_name()": "get_full_name()",
        "get_short_name()": "get_short_name()",
        "get_username()": "get_username()",
        "first_name": "first_name",
        "display_name()": "display_name()",
        "display_name": "display_name",
        "profile.get_title_display()": "profile.get_title_display()",
        "profile.get_full_name": "profile.get_full_name",
        "profile.email": "profile.email",
        "get_display": "get_display",
    },
    "payload_fields": {
        "none": "none",
        "Username()": "Username=Username()",
        "profile.Email": "Email=profile.Email",
        " None ": "none",
        "NONE": "none",
        "plan": "plan=plan",
        "plan=plan": "plan=plan",
        "profile.company_name": "company_name=profile.company_name",
        " a = profile . b , c = d() ": "a=profile.b,c=d()",
        "d()": "d=d()",
        "a=none": "a=none",
        "user_id=pk,key=profile.user_id": "user_id=pk,key=profile.user_id",
        "class=plan": "class=plan",
        "password=plan": "password=plan",
        f"{'c' * 40}={'f' * 63}": f"{'c' * 40}={'f' * 63}",
        "one=plan,two=plan": "one=plan,two=plan",
        fields(50): ",".join(f"field{n}=field{n}" for n in range(50)),
        "x=profile.company_id,y=profile.company.name": (
            "x=profile.company_id,y=profile.company.name"
        ),
        "x=profile.company.name,y=profile.company_id": (
            "x=profile.company.name,y=profile.company_id"
        ),
    },
}

# What is typed, and why it is refused.
BAD: dict[str, dict[Any, str]] = {
    "project_slug": {
        "": A_SLUG,
        "Jupid": A_SLUG,
        "a b": A_SLUG,
        "a" * 51: A_SLUG,
        "-a": A_SLUG,
        "a-": A_SLUG,
        "a--b": A_SLUG,
        ".": A_SLUG,
        "..": A_SLUG,
        "../x": A_SLUG,
        "/x": A_SLUG,
        "a/b": A_SLUG,
        "a\\b": A_SLUG,
        "caf\N{LATIN SMALL LETTER E WITH ACUTE}": A_SLUG,
        "a\nb": A_SLUG,
        "\N{ARABIC-INDIC DIGIT ONE}": A_SLUG,
        "con": "Windows reserves this name; choose another",
        "lpt9": "Windows reserves this name; choose another",
    },
    "partner_id": {
        "": AN_ID,
        "acme inc": AN_ID,
        "-acme": AN_ID,
        ".acme": AN_ID,
        "acme:eu": AN_ID,
        "a" * 129: AN_ID,
        'a"b': AN_ID,
        "a\N{ZERO WIDTH SPACE}": AN_ID,
        7: "write text, in quotes where the file's format asks for them",
        None: "write text, in quotes where the file's format asks for them",
        True: "write text, in quotes where the file's format asks for them",
        ("a", "b"): "write text, in quotes where the file's format asks for them",
    },
    "audience": {
        "": AN_AUDIENCE,
        "jupid embed": AN_AUDIENCE,
        "/jupid": AN_AUDIENCE,
        "a" * 129: AN_AUDIENCE,
        "a'b": AN_AUDIENCE,
    },
    "app_url": {
        "": A_URL,
        "app.jupid.com": A_URL,
        "ftp://app.jupid.com": A_URL,
        "https:app.jupid.com": A_URL,
        "javascript://app.jupid.com": A_URL,
        "https://app.jupid.com/x": (
            'write the origin alone, without "/x", as in https://app.jupid.com'
        ),
        "https://app.jupid.com?a": (
            'write the origin alone, without "?a", as in https://app.jupid.com'
        ),
        "https://app.jupid.com/#a": (
            'write the origin alone, without "/#a", as in https://app.jupid.com'
        ),
        "https://app.jupid.com\\@evil.example": (
            'write the origin alone, without "\\@evil.example", as in '
            "https://app.jupid.com"
        ),
        "https://app.jupid.com//": (
            'write the origin alone, without "//", as in https://app.jupid.com'
        ),
        "https://me@app.jupid.com": "write no user name or password before the host",
        "https://me:pw@app.jupid.com": "write no user name or password before the host",
        "https://": A_HOST,
        "https://a b.example": A_HOST,
        "https://-a.example": A_HOST,
        "https://a..example": A_HOST,
        "https://a.example.": A_HOST,
        "https://a_b.example": A_HOST,
        "https://256.1.1.1": A_HOST,
        "https://1.2.3": A_HOST,
        "https://[::2]": A_HOST,
        f"https://{'a' * 64}.example": A_HOST,
        f"https://{HOST}a": A_HOST,
        "https://app.jupid.com:": A_HOST,
        "https://app.jupid.com:x": A_HOST,
        "https://app.jupid.com:123456": A_HOST,
        "https://caf\N{LATIN SMALL LETTER E WITH ACUTE}.example": A_HOST,
        "https://app.jupid.com:0": A_PORT,
        "https://app.jupid.com:65536": A_PORT,
        "http://app.jupid.com": HTTPS,
        "http://127.0.0.2": HTTPS,
        "http://localhost.example": HTTPS,
    },
    "user_id_field": {
        "": f'"" in "" {NO_NAME}',
        "email": (
            '"email" can change; Jupid maps users by this value, so name one that never '
            "does, such as pk"
        ),
        "username": (
            '"username" can change; Jupid maps users by this value, so name one that '
            "never does, such as pk"
        ),
        "profile.Work_Email": (
            '"Work_Email" can change; Jupid maps users by this value, so name one that '
            "never does, such as pk"
        ),
        "get_full_name()": (
            '"get_full_name" can change; Jupid maps users by this value, so name one that '
            "never does, such as pk"
        ),
        **{
            name: (
                f'"{name}" can change; Jupid maps users by this value, so name one that '
                "never does, such as pk"
            )
            for name in (
                *("get_full_name", "workEmail", "displayName", "loginName", "UserName"),
                *("phoneNumber", "emails", "old_usernames", "homeAddresses", "EMAIL"),
                *("email2", "HTMLName"),
            )
        },
        "is_staff": f'"is_staff" {SHARED}',
        "date_joined": f'"date_joined" {SHARED}',
        "pk()": '"pk" is a field; write "pk"',
        "account.id()": '"id" is a field; write "account.id"',
        "user.pk": 'a path starts at the user already; write "pk"',
        "user": 'a path starts at the user already; write "pk"',
        "profile.user.public_id": (
            'a path starts at the user already; write "public_id"'
        ),
        "profile.user": 'a path starts at the user already; write "pk"',
    },
    "email_field": {
        "profile.": f'"" in "profile." {NO_NAME}',
        ".email": f'"" in ".email" {NO_NAME}',
        "profile..email": f'"" in "profile..email" {NO_NAME}',
        "profile email": f'"profile email" in "profile email" {NO_NAME}',
        "_state": f'"_state" in "_state" {NO_NAME}',
        "class": f'"class" in "class" {NO_NAME}',
        "None": f'"None" in "None" {NO_NAME}',
        "1st": f'"1st" in "1st" {NO_NAME}',
        "work-email": f'"work-email" in "work-email" {NO_NAME}',
        "profile().email": f'"profile()" in "profile().email" {NO_NAME}',
        "get_email(1)": f'"get_email(1)" in "get_email(1)" {NO_NAME}',
        "()": f'"" in "()" {NO_NAME}',
        "e\N{COMBINING ACUTE ACCENT}mail": (
            f'"e\N{COMBINING ACUTE ACCENT}mail" in "e\N{COMBINING ACUTE ACCENT}mail" '
            f"{NO_NAME}"
        ),
        "a.b.c.d.e": '"a.b.c.d.e" has 5 names; at most 4',
        "a" * 64: f'"{"a" * 57}..." is longer than 63 characters',
        "work__email": (
            '"work__email" is no field name in Django: no "__", and no "_" at the end'
        ),
        "email_": '"email_" is no field name in Django: no "__", and no "_" at the end',
        "password": '"password" must not go into a token',
        "profile.OldPassword": '"OldPassword" must not go into a token',
        "password_hints.email": '"password_hints" must not go into a token',
        "save": f'"save" in "save" {KEPT}',
        "objects": f'"objects" in "objects" {KEPT}',
        "profile.DELETE": f'"DELETE" in "profile.DELETE" {KEPT}',
        "profile.pk.email": f'"pk" in "profile.pk.email" {KEPT}',
        "profile.id.email": f'"id" in "profile.id.email" {KEPT}',
        "groups": f'"groups" in "groups" {KEPT}',
        "username.email": f'"username" in "username.email" {KEPT}',
        "get_full_name.email": f'"get_full_name" in "get_full_name.email" {KEPT}',
        "profile.User": f'"User" in "profile.User" {KEPT}',
        "profile.USER_ID": f'"USER_ID" in "profile.USER_ID" {KEPT}',
        "email()": '"email" is a field; write "email"',
        "User.email": f'"User" in "User.email" {KEPT}',
        "user.email": 'a path starts at the user already; write "email"',
        "username": f'"username" {NO_EMAIL}',
        "get_username()": f'"get_username" {NO_EMAIL}',
        "pk": f'"pk" {NO_EMAIL}',
        "profile.pk": f'"pk" {NO_EMAIL}',
        "a.b.id": f'"id" {NO_EMAIL}',
        "profile.user_id": f'"user_id" {NO_EMAIL}',
        "profile.company_id": f'"company_id" {NO_EMAIL}',
    },
    "name_field": {
        "get_full_name": '"get_full_name" is a method; write "get_full_name()"',
        "get_username": '"get_username" is a method; write "get_username()"',
        "profile.get_plan_display": (
            '"get_plan_display" is a method; write "profile.get_plan_display()"'
        ),
        "first_name()": '"first_name" is a field; write "first_name"',
        "profile.user_id()": '"user_id" is a field; write "profile.user_id"',
        "user.profile.get_title()": (
            'a path starts at the user already; write "profile.get_title()"'
        ),
        "pk": f'"pk" {NAMELESS}',
        "is_active": f'"is_active" {NAMELESS}',
        "date_joined": f'"date_joined" {NAMELESS}',
        "profile.id": f'"id" {NAMELESS}',
        "profile.company_id": f'"company_id" {NAMELESS}',
    },
    "payload_fields": {
        "": 'write claim=path pairs joined by commas, or "none"',
        "a,": MISSING,
        ",a": MISSING,
        "a=": MISSING,
        "=": MISSING,
        fields(51): "51 fields are too many; at most 50",
        "a=b,a=c": 'the claim "a" is given twice',
        "company_name,a.company_name": 'the claim "company_name" is given twice',
        "=a": f'the claim "" {A_CLAIM}',
        "1a=b": f'the claim "1a" {A_CLAIM}',
        "_a=b": f'the claim "_a" {A_CLAIM}',
        "a b=c": f'the claim "a b" {A_CLAIM}',
        "a=b=c": f'the claim "a=b" {A_CLAIM}',
        f"{'c' * 41}=a": f'the claim "{"c" * 41}" {LONG_CLAIM}',
        f"profile.{'c' * 41}": f'the claim "{"c" * 41}" {LONG_CLAIM}',
        '"a"=b': f'the claim ""a"" {A_CLAIM}',
        "a=class": f'"class" in "class" {NO_NAME}',
        "a=password": '"password" must not go into a token',
        "a=plan,b=plan.name": (
            '"plan" is used as a value in "plan" and as a relation in "plan.name"'
        ),
        "b=plan.name,a=plan": (
            '"plan" is used as a value in "plan" and as a relation in "plan.name"'
        ),
        "a=x.plan(),b=x.plan.name": (
            '"plan" is used as a value in "x.plan()" and as a relation in "x.plan.name"'
        ),
        "a=email.domain": f'"email" in "email.domain" {KEPT}',
        "a=plan,b=plan()": '"plan()" and "plan" are both used',
        "x=Id": '"Id" and Django\'s "id" differ in capitals alone; write "id"',
        "u=Username": (
            '"Username" and Django\'s "username" differ in capitals alone; write '
            '"username"'
        ),
        "g=date_Joined": (
            '"date_Joined" and Django\'s "date_joined" differ in capitals alone; write '
            '"date_joined"'
        ),
        "e=profile.ID": (
            '"ID" and Django\'s "id" differ in capitals alone; write "profile.id"'
        ),
        "Email": '"Email" and Django\'s "email" differ in capitals alone; write "email"',
        "a=plan,b=Plan": '"Plan" and "plan" differ in capitals alone',
        "a=profile.plan,b=Profile.name": (
            '"Profile" and "profile" differ in capitals alone'
        ),
        "a=x.org.name,b=x.org_id()": (
            '"org_id" in "x.org_id()" is what Django calls the key of "org"'
        ),
        "a=x.org_id.name,b=x.org.name": (
            '"org_id" in "x.org_id.name" is what Django calls the key of "org"'
        ),
        "a=x.org.name,b=x.Org_id": (
            '"Org_id" in "x.Org_id" is what Django calls the key of "org"'
        ),
    },
}


def line(name: str, value: object, **others: object) -> str | None:
    return problem(name, {**DEFAULTS, **others, name: value})


@pytest.mark.parametrize(
    ("name", "typed", "rendered"),
    [(name, *pair) for name, table in GOOD.items() for pair in table.items()],
)
def test_good_answers_are_taken_and_tidied(
    name: str, typed: str, rendered: str
) -> None:
    others = {"user_id_field": "reference"} if name == "name_field" else {}
    assert line(name, typed, **others) is None
    assert tidied(name, typed) == rendered
    assert tidied(name, rendered) == rendered


@pytest.mark.parametrize(
    ("name", "typed", "reason"),
    [(name, *pair) for name, table in BAD.items() for pair in table.items()],
)
def test_wrong_answers_are_explained_in_one_line(
    name: str, typed: object, reason: str
) -> None:
    found = line(name, typed)
    assert found == f"{name} {quote(typed)}: {reason}."
    assert len(found.splitlines()) == 1


def test_the_tables_have_every_question() -> None:
    assert list(GOOD) == list(BAD) == list(RULES) == NAMES


def test_the_default_answers_are_good() -> None:
    assert problems(DEFAULTS) == []
    assert {name: tidied(name, DEFAULTS[name]) for name in NAMES} == DEFAULTS


def test_every_question_is_asked_in_words_and_checked_at_once() -> None:
    assert list(QUESTIONS["__prompts__"]) == NAMES
    keys = [key for key in QUESTIONS if key not in ("__prompts__", "_extensions")]
    for name in NAMES:
        after = keys[keys.index(name) + 1]
        assert QUESTIONS[after] == f"{{{{ check('{name}') if check is defined }}}}"


# --- Rules between questions ---


@pytest.mark.parametrize(
    ("answers", "lines"),
    [
        (
            {"user_id_field": "key", "email_field": "key"},
            [f'email_field "key": {SAME_AS_ID}.'],
        ),
        (
            {"user_id_field": "key", "name_field": "key"},
            [f'name_field "key": {SAME_AS_ID}.'],
        ),
        (
            {"user_id_field": "key", "payload_fields": "key"},
            [],
        ),
        (
            {"email_field": "display", "name_field": "display"},
            [],
        ),
        (
            {"email_field": "contact", "name_field": "contact.name"},
            [
                'name_field "contact.name": "contact" is used as a value in "contact" and '
                'as a relation in "contact.name".'
            ],
        ),
        (
            {"name_field": "label()", "payload_fields": "label"},
            ['payload_fields "label": "label" and "label()" are both used.'],
        ),
        (
            {"user_id_field": "Account.key", "payload_fields": "plan=account.plan"},
            [
                'payload_fields "plan=account.plan": "account" and "Account" differ in '
                "capitals alone."
            ],
        ),
        # A wrong answer has a line of its own and puts none on the others.
        (
            {"user_id_field": "class", "email_field": "x()", "payload_fields": "x"},
            [
                f'user_id_field "class": "class" in "class" {NO_NAME}.',
                'payload_fields "x": "x" and "x()" are both used.',
            ],
        ),
        (
            {"partner_id": "a b", "audience": "", "app_url": "x"},
            [
                f'partner_id "a b": {AN_ID}.',
                f'audience "": {AN_AUDIENCE}.',
                f'app_url "x": {A_URL}.',
            ],
        ),
    ],
)
def test_answers_must_fit_each_other(answers: dict[str, str], lines: list[str]) -> None:
    assert problems({**DEFAULTS, **answers}) == lines


def test_missing_answers_are_wrong() -> None:
    text = "write text, in quotes where the file's format asks for them"
    assert problems({}) == [f'{name} "None": {text}.' for name in NAMES]


# --- Names that Django keeps for itself ---


@pytest.fixture(scope="module")
def django_names() -> tuple[set[str], set[str]]:
    """What dir() says of a model and of a user on the Django that is installed."""
    if not settings.configured:
        known = ["django.contrib.auth", "django.contrib.contenttypes"]
        settings.configure(INSTALLED_APPS=known)
        django.setup()
    from django.contrib.auth.models import AbstractUser
    from django.db import models

    assert apps.ready
    options = {"app_label": "names"}
    module = {"__module__": __name__}
    meta = {"Meta": type("Meta", (), options)}
    row = type("Row", (models.Model,), {**module, **meta})
    user = type("User", (AbstractUser,), {**module, **meta})
    return public_names(row), public_names(user)


def public_names(model: type) -> set[str]:
    return {
        name for name in dir(model) if not name.startswith("_") and "__" not in name
    }


def test_names_of_every_model_are_kept_from_paths(
    django_names: tuple[set[str], set[str]],
) -> None:
    of_models, _ = django_names
    assert {name.lower() for name in of_models} - MODEL_NAMES == {"pk", "id"}


def test_names_of_a_user_are_fields_or_methods_or_kept(
    django_names: tuple[set[str], set[str]],
) -> None:
    of_models, of_users = django_names
    known = MODEL_NAMES | USER_NAMES | USER_FIELDS | USER_METHODS
    unknown = {name.lower() for name in of_users} - known
    assert {name for name in unknown if "password" not in name} == set()


def test_the_lists_name_nothing_that_django_has_not(
    django_names: tuple[set[str], set[str]],
) -> None:
    of_models, of_users = django_names
    assert of_users >= USER_FIELDS | USER_METHODS
    # `backend` is set on a user at login; Django 6.0 brought `notupdated`.
    ours = {"backend", "notupdated", "meta", "models", "self", "str", "uuid4"}
    had = {name.lower() for name in of_users | of_models}
    assert (MODEL_NAMES | USER_NAMES) - had <= ours


@pytest.mark.parametrize("name", sorted(MODEL_NAMES | USER_NAMES))
def test_a_kept_name_is_refused_as_a_value_and_as_a_relation(name: str) -> None:
    assert line("email_field", name) == (
        f'email_field "{name}": "{name}" in "{name}" {KEPT}.'
    )
    assert line("email_field", f"{name}.x") == (
        f'email_field "{name}.x": "{name}" in "{name}.x" {KEPT}.'
    )


# --- Messages fit for any terminal ---


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("acme", '"acme"'),
        ("", '""'),
        ("a\nb\tc\0", '"a\\nb\\tc\\x00"'),
        ("\x1b[31m", '"\\x1b[31m"'),
        ("\N{RIGHT-TO-LEFT OVERRIDE}x", '"\\u202ex"'),
        ("\N{LINE SEPARATOR}", '"\\u2028"'),
        ("\ud800", '"\\ud800"'),
        ("a" * 60, f'"{"a" * 60}"'),
        ("a" * 61, f'"{"a" * 57}..."'),
        ("a" * 56 + "\n\n\n", f'"{"a" * 56}\\..."'),
        ("\U000e0001" * 100_000, '"' + r"\U000e0001" * 5 + r'\U000e0..."'),
        (7, '"7"'),
        (None, '"None"'),
        (["a\nb"], "\"['a\\nb']\""),
    ],
)
def test_a_quoted_answer_is_one_printable_line(value: object, shown: str) -> None:
    assert quote(value) == shown


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", '"caf\N{LATIN SMALL LETTER E WITH ACUTE}"'),
        ("cp1252", '"caf\N{LATIN SMALL LETTER E WITH ACUTE}"'),
        ("ascii", '"caf\\xe9"'),
    ],
)
def test_a_quoted_answer_can_be_printed_on_this_console(
    encoding: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", console)
    assert quote("caf\N{LATIN SMALL LETTER E WITH ACUTE}") == shown
    console.write(shown)


def test_a_quoted_answer_is_ascii_where_there_is_no_console(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert quote("\N{BULLET}") == '"\\u2022"'


def test_a_refusal_ends_with_the_command_with_the_good_answers() -> None:
    answers = {**DEFAULTS, "partner_id": "a b", "payload_fields": " a = b() "}
    answers["_template"] = "gh:org/jupid template"
    assert refusal(answers) == (
        f'partner_id "a b": {AN_ID}.\n'
        "Run again: "
        "cookiecutter 'gh:org/jupid template' project_slug=jupid-integration "
        "audience=jupid-embed app_url=https://jupid-staging-app.example.com "
        "user_id_field=pk email_field=email 'name_field=get_full_name()' "
        "'payload_fields=a=b()'"
    )


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("https://me:to@ken@host.example/x.git", "https://host.example/x.git"),
        ("https://token@host.example/x@1.git", "https://host.example/x@1.git"),
        ("https://host.example/x@1.git", "https://host.example/x@1.git"),
        ("ssh://git@host.example/x.git", "ssh://git@host.example/x.git"),
        ("git@host.example:org/x.git", "git@host.example:org/x.git"),
    ],
)
def test_the_command_to_run_again_holds_no_credentials(
    template: str, shown: str
) -> None:
    said = refusal({**DEFAULTS, "partner_id": "a b", "_template": template})
    assert f"Run again: cookiecutter {shown} project_slug=" in said


def test_good_answers_are_not_refused() -> None:
    assert refusal(DEFAULTS) == ""


def test_whatever_a_hook_reads_is_plain_hex() -> None:
    said = "\"'\\\n{{ \u2028\udc80"
    assert re.fullmatch("[0-9a-f]+", hexed(said))
    assert bytes.fromhex(hexed(said)).decode() == said[:-1] + "\\udc80"


def test_placeholders_are_named() -> None:
    assert placeholders(DEFAULTS) == "partner_id, app_url"
    mine = {"partner_id": "acme", "app_url": "https://app.jupid.com"}
    assert placeholders({**DEFAULTS, **mine}) == ""


# --- What the templates write ---


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("pk", FieldPath(("pk",), False)),
        ("a.b()", FieldPath(("a", "b"), True)),
    ],
)
def test_a_path_is_its_names_and_whether_it_is_called(
    text: str, path: FieldPath
) -> None:
    assert parse_path(text) == path
    assert str(path) == text
    assert (*path.relation, path.name) == path.names


def test_the_payload_keeps_its_order() -> None:
    assert list(parse_payload("z=a,a=z,m")) == ["z", "a", "m"]


@pytest.mark.parametrize(
    ("arguments", "indent", "written"),
    [
        (["a", "b"], 4, "    the_call(a, b)"),
        (["a" * 79], 4, f"    the_call(\n        {'a' * 79}\n    )"),
        (
            ["a" * 44, "b" * 44],
            0,
            f"the_call(\n    {'a' * 44},\n    {'b' * 44},\n)",
        ),
    ],
)
def test_a_call_is_written_as_a_formatter_would(
    arguments: list[str], indent: int, written: str
) -> None:
    assert code_call("the_call", arguments, indent) == written
    assert max(map(len, written.splitlines())) <= LINE_LENGTH


def rendered(answers: dict[str, str]) -> dict[str, str]:
    """The helpers that the templates call, each with these answers."""
    answers = {name: tidied(name, value) for name, value in answers.items()}
    return {
        "sub": shape.read_into(answers, "user_id_field", "user_id"),
        "name": shape.read_into(answers, "name_field", "name"),
        "payload": shape.read_payload(answers),
        "models": shape.example_models(answers),
        "fields": shape.complete_fields(answers),
        "claims": shape.expected_claims(answers),
        "without": shape.without_email(answers),
    }


def test_the_default_answers_are_written_as_documented() -> None:
    found = rendered(DEFAULTS)
    assert found["sub"] == "    user_id = user.pk"
    assert found["name"] == "    name = user.get_full_name()"
    assert found["payload"] == (
        "    payload: dict[str, Any] = {}\n"
        "    with suppress(ObjectDoesNotExist):\n"
        "        if user.profile is not None:\n"
        '            payload["company_name"] = user.profile.company_name\n'
        "    return payload"
    )
    assert found["without"] == 'fields["email"] = ""'


def test_an_empty_payload_is_an_empty_dictionary() -> None:
    found = rendered({**DEFAULTS, "payload_fields": "none"})
    assert found["payload"] == "    return {}"
    assert '"payload": {},' in found["claims"]


def test_an_email_is_blank_where_it_is_a_field_and_goes_with_its_row_else() -> None:
    found = rendered({**DEFAULTS, "email_field": "profile.contact.email"})
    assert found["without"] == 'fields["profile"]["contact"]["email"] = ""'
    for length, kept in ((55, True), (56, False)):
        found = rendered({**DEFAULTS, "email_field": f"{'p' * length}.work_email"})
        blank = f'fields["{"p" * length}"]["work_email"] = ""'
        row = f'del fields["{"p" * length}"]'
        assert found["without"] == (blank if kept else row)
        assert len(blank) + 4 == LINE_LENGTH + (not kept)
    found = rendered({**DEFAULTS, "email_field": "profile.main_email()"})
    assert found["without"] == 'del fields["profile"]'
    found = rendered({**DEFAULTS, "email_field": "main_email()"})
    assert found["without"] == 'fields["email"] = ""'
    assert "        return self.email" in found["models"]
    found = rendered({**DEFAULTS, "email_field": "profile.main_email()"})
    assert '        return "ada@example.com"' in found["models"]


def run_rendered(name: str, answers: dict[str, str]) -> dict[str, Any]:
    """Render a module of ``jupid_embed``, run it, and return its names."""
    environment = StrictEnvironment(
        context={"cookiecutter": {"_extensions": QUESTIONS["_extensions"]}},
        loader=FileSystemLoader(TEMPLATE / "src/jupid_embed"),
    )
    names: dict[str, Any] = {}
    text = environment.get_template(name).render(cookiecutter=answers)
    exec(text, names)  # noqa: S102
    return names


@pytest.mark.parametrize("name", sorted(USER_FIELDS | USER_METHODS))
@pytest.mark.parametrize("claim", ["sub", "email", "name"])
def test_what_a_user_has_already_is_refused_or_becomes_the_claim(
    claim: str, name: str, django_names: tuple[set[str], set[str]]
) -> None:
    from django.contrib.auth.models import User

    question = "user_id_field" if claim == "sub" else f"{claim}_field"
    path = f"{name}()" if name in USER_METHODS else name
    answers = DEFAULTS | {"payload_fields": "none", question: path}
    if line := problem(question, answers):
        assert line.startswith(f'{question} "{path}": "{name}" ')
        return
    build = run_rendered("identity.py", answers)[f"build_jupid_{claim}"]
    joined = datetime(2026, 1, 1, tzinfo=timezone.utc)

    def make(pk: int, username: str, **fields: str) -> User:
        return User(pk=pk, username=username, date_joined=joined, **fields)

    ada = make(1, "ada", email="ada@example.com", first_name="Ada", last_name="L")
    eve = make(2, "eve", email="eve@example.com", first_name="Eve", last_name="L")
    bare = make(3, "mary")
    value = getattr(ada, name)
    assert build(ada) == str(value() if callable(value) else value)
    if claim == "sub":
        assert build(ada) != build(eve)
    else:
        assert build(bare) == {"email": "", "name": "mary"}[claim]
        assert "@" in build(ada) or claim == "name"


def test_claims_behind_relations_are_known() -> None:
    answers = {**DEFAULTS, "email_field": "profile.email", "payload_fields": "x,y.z"}
    assert shape.claims_behind_relations(answers) == ["email", "payload.z"]


@pytest.mark.parametrize(
    ("paths", "models"),
    [
        ("profile.x", {"User", "Profile"}),
        ("profile.work_address.x", {"User", "Profile", "WorkAddress"}),
        ("a=abstract_user.x,b=none.x", {"User", "AbstractUser2", "None2"}),
        ("a=team.x,b=profile.team.x", {"User", "Team", "Profile", "Team2"}),
        ("a=fooBar.x,b=foo.foo_bar.x", {"User", "Foo", "FooBar", "FooBar2"}),
    ],
)
def test_each_relation_has_a_model_of_its_own_name(
    paths: str, models: set[str]
) -> None:
    written = rendered({**DEFAULTS, "payload_fields": paths})["models"]
    tree = ast.parse(written)
    names = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    assert set(names) == models
    assert len(names) == len(models)


def test_as_many_relations_of_one_name_as_fit_each_have_a_model() -> None:
    paths = ",".join(f"c{number}=r{number}.x.x.f" for number in range(50))
    answers = DEFAULTS | {"payload_fields": paths}
    assert problems(answers) == []
    models = shape.model_names(answers).values()
    numbered = {f"X{number}" for number in range(2, 101)}
    assert {name for name in models if name.startswith("X")} == {"X", *numbered}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("username", '"ada"'),
        ("is_staff", "False"),
        ("date_joined", "user.date_joined"),
        ("pk", "user.pk"),
        ("profile.pk", "user.profile.pk"),
        ("profile.user_id", "user.profile.user_id"),
        ("profile.email", '"Example email"'),
        ("plan_name", '"Example plan name"'),
        ("profile.company_name", '"Acme Studio"'),
    ],
)
def test_the_tests_expect_what_the_complete_user_has(path: str, value: str) -> None:
    answers = {**DEFAULTS, "payload_fields": f"it={path}"}
    assert f'            "it": {value},' in rendered(answers)["claims"]


@pytest.mark.parametrize(
    "answers",
    [
        {"user_id_field": "account.reference()"},
        {"user_id_field": "public_id"},
        {"user_id_field": "account.org.public_id", "payload_fields": "account.org_id"},
        {"email_field": "work_email", "name_field": "profile.title()"},
        {"name_field": "display_name()", "payload_fields": "none"},
        {"payload_fields": "a.b.c.d,x=a.b.e,y=a.f"},
        {
            "user_id_field": f"{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 63}",
            "email_field": f"{'a' * 63}.{'b' * 63}.{'c' * 63}.{'e' * 63}()",
            "payload_fields": f"{'f' * 40}={'g' * 63}",
        },
    ],
)
def test_what_is_written_is_python(answers: dict[str, str]) -> None:
    assert problems({**DEFAULTS, **answers}) == []
    found = rendered({**DEFAULTS, **answers})
    for name in ("sub", "name", "payload"):
        ast.parse(f"def it(user):\n{found[name]}")
    ast.parse(found["models"])
    for name in ("fields", "claims"):
        ast.parse(f"def it():\n    return {{\n{found[name]}\n    }}")


# --- Within Cookiecutter ---


def test_wrong_answers_end_the_run_with_a_line_each(tmp_path: Path) -> None:
    with pytest.raises(FailedHookException) as caught:
        helpers.bake(tmp_path, partner_id="a b", user_id_field="email", app_url="")
    assert str(caught.value).splitlines() == [
        f'partner_id "a b": {AN_ID}.',
        f'app_url "": {A_URL}.',
        'user_id_field "email": "email" can change; Jupid maps users by this value, so '
        "name one that never does, such as pk.",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_a_python_that_is_too_old_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    with pytest.raises(FailedHookException) as caught:
        helpers.bake(tmp_path)
    assert str(caught.value) == (
        "This template needs Python 3.10 or newer; Cookiecutter runs on 3.9."
    )


def test_the_oldest_python_that_is_served_is_not_too_old(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 0))
    StrictEnvironment(context={"cookiecutter": QUESTIONS})


def test_the_package_makes_room_for_another_version_of_itself() -> None:
    StrictEnvironment(context={"cookiecutter": QUESTIONS})
    assert not [name for name in sys.modules if name.startswith("jupid_answers")]


def test_answers_end_as_they_are_tidied(tmp_path: Path) -> None:
    made = helpers.bake(tmp_path, project_slug=" acme ", app_url="HTTPS://A.example/")
    assert made.name == "acme"
    assert '"https://a.example"' in (made / "src/jupid_embed/conf.py").read_text(
        "utf-8"
    )


@pytest.mark.parametrize(
    "text",
    [
        "{{cookiecutter.project_slug}}",
        "{{ 7 * 7 }}",
        "{% raw %}",
        "{# #}",
    ],
)
def test_jinja_in_an_answer_is_text(text: str, tmp_path: Path) -> None:
    with pytest.raises(FailedHookException) as caught:
        helpers.bake(tmp_path, project_slug=text, partner_id=text)
    assert str(caught.value).splitlines() == [
        f'project_slug "{text}": {A_SLUG}.',
        f'partner_id "{text}": {AN_ID}.',
    ]


# --- The same at the command line, within this process ---


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs ``cookiecutter <template>`` with what is typed, in an empty folder."""
    config = tmp_path / "config.json"
    home = {"cookiecutters_dir": "clones", "replay_dir": str(tmp_path / "replays")}
    config.write_text(json.dumps(home), "utf-8")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def invoke(*arguments: str, typed: str | io.BytesIO = "") -> Result:
        options = ["--config-file", str(config), str(ROOT), *arguments]
        return CliRunner(env={"COLUMNS": "400"}).invoke(main, options, input=typed)

    return invoke


def test_a_wrong_answer_is_asked_again_until_it_is_good(
    command: Callable[..., Result],
) -> None:
    done = command(typed="My Folder\nother folder\nmine" + "\n" * 8)
    assert done.exit_code == 0, done.output
    assert f'project_slug "My Folder": {A_SLUG}.\n' in done.output
    assert f'project_slug "other folder": {A_SLUG}.\n' in done.output
    sentence = QUESTIONS["__prompts__"]["project_slug"]
    asked = f"  [1/8] {sentence} (jupid-integration): "
    assert done.output.count(asked) == 3
    assert [path.name for path in Path().iterdir()] == ["mine"]


def test_a_wrong_answer_ends_the_run_when_nobody_types_on(
    command: Callable[..., Result],
) -> None:
    done = command(typed="My Folder\n")
    assert done.exit_code == 1
    assert done.output.endswith(f'project_slug "My Folder": {A_SLUG}.\n')
    assert not list(Path().iterdir())


class Keyboard(io.BytesIO):
    """What is typed at a terminal."""

    def isatty(self) -> bool:
        return True


def test_ctrl_d_after_a_wrong_answer_ends_as_it_does_elsewhere(
    command: Callable[..., Result],
) -> None:
    done = command(typed=Keyboard(b"My Folder\n"))
    assert done.exit_code == 1
    assert done.output.count(f'project_slug "My Folder": {A_SLUG}.') == 1
    assert done.output.endswith(": \nAborted!\n")
    assert not list(Path().iterdir())


@pytest.mark.parametrize("options", [[], ["--no-input"]])
def test_a_name_that_nothing_asks_for_is_refused(
    options: list[str], command: Callable[..., Result]
) -> None:
    done = command(*options, "partnerid=acme", "audience=x", "colour=red")
    assert done.exit_code == 1
    assert done.output == (
        '"partnerid" is no question of this template; did you mean partner_id?\n'
        '"colour" is no question of this template; write one of '
        f"{', '.join(NAMES)}.\n"
    )
    assert not list(Path().iterdir())


def test_another_program_s_extra_context_is_its_own() -> None:
    with click.Context(click.Command("create")) as context:
        context.params = {"extra_context": '{"colour": "red"}'}
        StrictEnvironment(context={"cookiecutter": QUESTIONS})


def test_a_replay_with_wrong_answers_writes_nothing(
    command: Callable[..., Result], tmp_path: Path
) -> None:
    assert command("--no-input").exit_code == 0
    [replay] = (tmp_path / "replays").iterdir()
    kept = json.loads(replay.read_text("utf-8"))
    assert kept["cookiecutter"]["__project_slug"] == ""
    kept["cookiecutter"] |= {"project_slug": "../x", "partner_id": "a b"}
    replay.write_text(json.dumps(kept), "utf-8")
    before = sorted(tmp_path.rglob("*"))
    done = command("--replay")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[:2] == [
        f'project_slug "../x": {A_SLUG}.',
        f'partner_id "a b": {AN_ID}.',
    ]
    assert done.stderr.splitlines()[2].startswith("Run again: cookiecutter ")
    assert len(done.stderr.splitlines()) == 3
    assert done.stdout == "Nothing was written.\n"
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("options", "asks"),
    [
        ({"no_input": False, "replay": None}, True),
        ({"no_input": True, "replay": None}, False),
        ({"no_input": False, "replay": True}, False),
        ({"no_input": False}, True),
    ],
)
def test_cookiecutter_s_options_say_whether_to_ask(
    options: dict[str, object], asks: bool
) -> None:
    with click.Context(click.Command("cookiecutter")) as context:
        context.params = options
        assert extension.can_ask() is asks


@pytest.mark.parametrize("is_click_s", [True, False])
@pytest.mark.parametrize(
    ("words", "is_terminal", "asks"),
    [
        ([], True, True),
        ([], False, False),
        (["--no-input"], True, False),
        (["-y"], True, False),
        (["-y"], False, False),
    ],
)
def test_another_program_s_words_and_terminal_say_whether_to_ask(
    words: list[str],
    is_terminal: bool,
    asks: bool,
    is_click_s: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "argv", ["cruft", "create", *words])
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(sys.stdin, "isatty", lambda: is_terminal)
    context = click.Context(click.Command("create")) if is_click_s else nullcontext()
    with context:
        assert extension.can_ask() is asks


def test_a_fault_in_a_template_is_told_with_its_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "fault.py"
    file.write_text("# {{ cookiecutter }}\n{% fi %}\n", "utf-8")
    environment = StrictEnvironment(
        context={"cookiecutter": QUESTIONS}, loader=FileSystemLoader(tmp_path)
    )

    with pytest.raises(TemplateSyntaxError) as fault:
        environment.get_template("fault.py")

    found = (fault.value.filename, fault.value.name, fault.value.lineno)
    assert found == (str(file), "fault.py", 2)


# --- This file's own worth ---


def test_these_tests_take_every_branch(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    here = __file__
    options = ["--cov=jupid_answers", "--cov-branch", "--cov-report=term-missing"]
    done = helpers.run(
        *[sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n0"],
        *[*options, "--cov-fail-under=100", here],
        f"--deselect={request.node.nodeid}",
        env=helpers.environment(COVERAGE_FILE=str(tmp_path / "coverage")),
    )
    assert done.returncode == 0, done.stdout
