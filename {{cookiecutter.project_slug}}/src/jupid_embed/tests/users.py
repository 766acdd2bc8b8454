"""How to make users for the tests: the one file to adapt to your own user model."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model

{% set behind = cookiecutter | behind_relations -%}
# The claims, and those within the payload, that a user without relations lacks.
BEHIND_RELATIONS: set[str] = {% if behind %}{
{%- for claim in behind %}
    "{{ claim }}",
{%- endfor %}
}{% else %}set(){% endif %}


def complete_fields(username: str) -> dict[str, Any]:
    """The fields of a user from whom every claim can be read.

    A dictionary within is a related row: beside the user a one-to-one relation that the
    row holds, further down a foreign key to the row.
    """
    return {
{{ cookiecutter | complete_fields }}
    }


def expected_claims(user: Any) -> dict[str, Any]:
    """What the token must say of ``make_user()``."""
    return {
{{ cookiecutter | expected_claims }}
    }


def make_user(username: str = "ada") -> Any:
    """A user from whom every claim can be read."""
    return _save(username, complete_fields(username))


def make_user_without_relations(username: str = "grace") -> Any:
    """A user to whom no row refers, such as one without a profile."""
    fields = complete_fields(username)
    return _save(
        username,
        {name: value for name, value in fields.items() if not isinstance(value, dict)},
    )


def make_user_without_email(username: str = "alan") -> Any:
    """A user who has all but an email."""
    fields = complete_fields(username)
    {{ cookiecutter | without_email }}
    return _save(username, fields)


def make_bare_user(username: str = "mary") -> Any:
    """A user who has a username and no more."""
    return _save(username, {})


def _save(username: str, fields: dict[str, Any]) -> Any:
    model = get_user_model()
    own = {name: value for name, value in fields.items() if not isinstance(value, dict)}
    user = model._default_manager.create_user(username=username, **own)
    for name, value in fields.items():
        if isinstance(value, dict):
            _save_row(_related_model(model, name), {"user": user, **value})
    return user


def _save_row(model: Any, fields: dict[str, Any]) -> Any:
    values = {
        name: _save_row(_related_model(model, name), value)
        if isinstance(value, dict)
        else value
        for name, value in fields.items()
    }
    return model._default_manager.create(**values)


def _related_model(model: Any, name: str) -> Any:
    return model._meta.get_field(name).related_model
