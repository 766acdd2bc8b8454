"""How to make users for the tests: the one file to adapt, where they ask you to.

They look at your user model and make what the paths need. Where they cannot, they name
the function to write here; whatever it returns is a user who is saved.
"""

from typing import Any

import pytest

from . import rows

# Where each claim comes from, as identity.py reads it.
PATHS = {
    "sub": {{ cookiecutter.user_id_field | literal }},
    "email": {{ cookiecutter.email_field | literal }},
    "name": {{ cookiecutter.name_field | literal }},
{%- for claim, path in cookiecutter | payload %}
    "payload.{{ claim }}": {{ path | literal }},
{%- endfor %}
}

# The claims that a user lacks who has no related rows but those that everybody has.
BEHIND_RELATIONS = {claim for claim, path in PATHS.items() if rows.may_be_missing(path)}


def expected_claims(user: Any) -> dict[str, Any]:
    """What the token must say of ``user``, read without identity.py, as JSON has it."""
    fresh = rows.reload(user)
    found = {claim: rows.read(fresh, path) for claim, path in PATHS.items()}
    text = {
        claim: "" if found[claim] in (None, rows.MISSING) else str(found[claim]).strip()
        for claim in ("sub", "email", "name")
    }
    payload = {
        claim.removeprefix("payload."): value
        for claim, value in found.items()
        if claim.startswith("payload.") and value is not rows.MISSING
    }
    text["name"] = text["name"].replace("None None", "") or str(user.get_username())
    claims: dict[str, Any] = rows.as_json({**text, "payload": payload})
    return claims


def make_user(username: str = "ada") -> Any:
    """A user from whom every claim can be read."""
    return rows.make_user(username, PATHS)


def make_colleague(user: Any, username: str = "eve") -> Any:
    """Another user, who shares with ``user`` every related row that can be shared."""
    other = make_user(username)
    for path in PATHS.values():
        rows.share(user, other, path)
    return rows.reload(other)


def make_user_without_relations(username: str = "grace") -> Any:
    """A user without those related rows that can be missing, such as a profile."""
    user = make_user(username)
    for path in PATHS.values():
        try:
            rows.cut(user, path)
        except Exception as error:
            pytest.skip(f"No user can be made here without user.{path}: {error}")
    for path in PATHS.values():
        try:
            rows.read(rows.reload(user), path)
        except Exception as error:  # of a property that reads what was taken
            pytest.skip(f"user.{path} cannot be without a related row: {error}")
    return rows.reload(user)


def make_user_without_email(username: str = "alan") -> Any:
    """A user who has all but an email."""
    user = make_user(username)
    rows.blank(user, PATHS["email"], is_email=True)
    if expected_claims(user)["email"]:
        rows.cut(user, PATHS["email"])
    if expected_claims(user)["email"]:
        pytest.skip("No user can be made here who has no email.")
    return rows.reload(user)


def make_bare_user(username: str = "mary") -> Any:
    """A user who has a username and an email, and no name."""
    user = make_user_without_relations(username)
    rows.blank(user, PATHS["name"], is_email=False)
    return rows.reload(user)
