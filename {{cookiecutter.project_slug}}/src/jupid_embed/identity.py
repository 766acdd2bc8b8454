{% set behind = cookiecutter | behind_relations -%}
"""Which of the user's fields go into the token.

This is the file to edit when your user model changes. The functions take the user of
your project, whatever its model is. A relation that is missing or null leaves out what
lies behind it; a name that is misspelled raises AttributeError.
"""

from __future__ import annotations

{% if behind -%}
from contextlib import suppress
{% endif -%}
from typing import Any

{% if behind -%}
from django.core.exceptions import ObjectDoesNotExist
{% endif -%}
from django.http import HttpRequest


def build_jupid_sub(user: Any) -> str:
    """Return the ``sub`` claim: your durable ID of the user, by which Jupid knows them.

    It must be the same every time and is never an email. Empty where there is none.
    """
{{ cookiecutter | read_into("user_id_field", "user_id") }}
    return "" if user_id is None else str(user_id)


def build_jupid_email(user: Any) -> str:
    """Return the ``email`` claim, which Jupid keeps from the user's first visit.

    Empty where the user has none.
    """
{{ cookiecutter | read_into("email_field", "email") }}
    return str(email or "").strip()


def build_jupid_name(user: Any) -> str:
    """Return the ``name`` claim: the display name, or the username where it is blank."""
{{ cookiecutter | read_into("name_field", "name") }}
    return str(name or "").strip() or str(user.get_username())


def build_jupid_payload(user: Any) -> dict[str, Any]:
    """Return the ``payload`` claim: what else Jupid stores about the user."""
{{ cookiecutter | read_payload }}


def may_open_jupid(request: HttpRequest) -> bool:
    """Return whether the signed-in user of this request may open the embed.

    The place to ask for a role, a paid plan or a second factor.
    """
    return bool(getattr(request.user, "is_active", True))
