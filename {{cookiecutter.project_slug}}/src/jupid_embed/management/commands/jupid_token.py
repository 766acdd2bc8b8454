"""Show the claims of a user's token, and whether they satisfy Jupid's protocol."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.contrib.auth import get_user_model
from django.core import exceptions
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import HttpRequest

from ... import checks, identity, tokens


class Command(BaseCommand):
    help = "Shows the claims of a user's Jupid token, and whether Jupid takes them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="a username, an email or a primary key")
        raw = "print the signed token and nothing else; treat it like a password"
        parser.add_argument("--raw", action="store_true", help=raw)

    def handle(self, *, user: str, raw: bool, **options: Any) -> None:
        with suppress(AttributeError):  # it is no file
            self.stdout.reconfigure(errors="backslashreplace")
        found = _find_user(user)
        try:
            claims = tokens.build_claims(found)
            token = tokens.sign_claims(claims)
        except (AttributeError, exceptions.ObjectDoesNotExist) as error:
            raise CommandError(f"identity.py: {error}") from error
        except (exceptions.ImproperlyConfigured, tokens.ClaimInvalid) as error:
            raise CommandError(f"No token can be signed: {error}") from error
        if raw:
            self.stderr.write(f"Token {claims['jti']} issued to user {found.pk!r}", str)
            self.stdout.write(token)
            return
        for claim, value in claims.items():
            if not isinstance(value, str):
                value = tokens.to_json(value, separators=(", ", ": "))
            self.stdout.write(f"{claim:<8} {tokens.printable(value)}")
        if faults := list(_faults(claims, found)):
            raise CommandError("\n".join(faults))
        self.stdout.write(self.style.SUCCESS("All nine claims satisfy the protocol."))


def _find_user(name: str) -> Any:
    model: Any = get_user_model()
    fields = (model.USERNAME_FIELD, getattr(model, "EMAIL_FIELD", "email"), "pk")
    for field in fields if name else ():
        # What such a field cannot hold, or what the model lacks, is nobody's.
        with suppress(exceptions.FieldError, exceptions.ValidationError, ValueError):
            users = model._default_manager.filter(**{field: name})[:2]
            if len(users) > 1:
                raise CommandError(f"Several have this {field}: give the primary key.")
            if users:
                return users[0]
    name = tokens.printable(name)
    raise CommandError(f'No user has the username, email or primary key "{name}".')


def _faults(claims: dict[str, Any], user: Any) -> Iterator[str]:
    """Say, in a line each, what Jupid or the endpoint would not take."""
    is_partner_id = checks.PARTNER_ID.fullmatch(claims["iss"])
    if not is_partner_id or claims["iss"] == checks.PLACEHOLDER_PARTNER_ID:
        yield "iss: set JUPID_EMBED_PARTNER_ID to the partner ID that Jupid sent you."
    if not claims["sub"].strip():
        yield "sub: this user has no ID; see build_jupid_sub in identity.py."
    if "@" in claims["sub"]:
        yield "sub: this looks like an email, which can change; use the primary key."
    if not tokens.is_email(claims["email"]):
        yield f'email: "{tokens.printable(claims["email"])}" is no email address.'
    if not claims["name"].strip():
        yield "name: this is blank; see build_jupid_name in identity.py."
    request: Any = HttpRequest()
    request.user = user
    with suppress(AttributeError):  # what only a real request has is not asked here
        if identity.may_open_jupid(request) is not True:
            yield "may_open_jupid in identity.py refuses this user."
