"""Show the claims of a user's token, and whether they satisfy Jupid's protocol."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...checks import PARTNER_ID, PLACEHOLDER_PARTNER_ID
from ...tokens import (
    ClaimInvalid,
    ClaimsEncoder,
    build_claims,
    is_email,
    printable,
    sign_claims,
)


class Command(BaseCommand):
    help = (
        "Shows the claims of a user's Jupid token, and whether Jupid would take them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="a username, or else a primary key")
        parser.add_argument(
            "--raw",
            action="store_true",
            help="print the signed token and nothing else; treat it like a password",
        )

    def handle(self, *, user: str, raw: bool, **options: Any) -> None:
        found = _find_user(user)
        try:
            claims = build_claims(found)
        except AttributeError as error:
            raise CommandError(f"identity.py: {error}") from error
        try:
            token = sign_claims(claims)
        except (ImproperlyConfigured, ClaimInvalid) as error:
            raise CommandError(f"No token can be signed: {error}") from error
        if raw:
            self.stdout.write(token)
            return
        for claim, value in claims.items():
            text = (
                value
                if isinstance(value, str)
                else json.dumps(value, cls=ClaimsEncoder)
            )
            self.stdout.write(f"{claim:<8} {printable(text)}")
        faults = list(_faults(claims))
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write(self.style.SUCCESS("All nine claims satisfy the protocol."))


def _find_user(name: str) -> Any:
    users = get_user_model()._default_manager
    try:
        return users.get(**{get_user_model().USERNAME_FIELD: name})
    except get_user_model().DoesNotExist:
        pass
    try:
        return users.get(pk=name)
    except (get_user_model().DoesNotExist, ValidationError, ValueError):
        raise CommandError(
            f'No user has the username or primary key "{printable(name)}".'
        ) from None


def _faults(claims: dict[str, Any]) -> Iterator[str]:
    """Say, in a line each, what Jupid's protocol would not take of what you configure."""
    if (
        not PARTNER_ID.fullmatch(claims["iss"])
        or claims["iss"] == PLACEHOLDER_PARTNER_ID
    ):
        yield "iss: set JUPID_EMBED_PARTNER_ID to the partner ID that Jupid sent you."
    if not claims["sub"]:
        yield "sub: this user has no ID; see build_jupid_sub in identity.py."
    if "@" in claims["sub"]:
        yield "sub: this looks like an email, which can change; use the primary key."
    if not is_email(claims["email"]):
        yield f'email: "{printable(claims["email"])}" is no email address.'
    if not claims["name"].strip():
        yield "name: this is blank; see build_jupid_name in identity.py."
