import pytest

from .. import identity
from . import rows
from .users import (
    BEHIND_RELATIONS,
    expected_claims,
    make_bare_user,
    make_colleague,
    make_user,
    make_user_without_email,
    make_user_without_relations,
)

pytestmark = rows.django_db


@pytest.mark.parametrize("claim", ["sub", "email", "name", "payload"])
def test_each_claim_comes_from_its_field(claim: str) -> None:
    user = make_user()
    build = getattr(identity, f"build_jupid_{claim}")

    assert rows.as_json(build(user)) == expected_claims(user)[claim]


def test_sub_stays_when_the_person_changes_email_and_name() -> None:
    user = make_user()
    sub = identity.build_jupid_sub(user)
    names = {user.USERNAME_FIELD, "email", "first_name", "last_name", "name"}
    names -= {way.field.target_field.name for way in user._meta.related_objects}
    for field in user._meta.concrete_fields:
        if field.name in names and not field.primary_key:
            rows.update(user, **rows.sample(field, "zoe"))

    assert identity.build_jupid_sub(rows.reload(user)) == sub
    assert "@" not in sub


def test_sub_differs_between_users_who_share_every_related_row() -> None:
    user = make_user()
    colleague = make_colleague(user)

    assert identity.build_jupid_sub(colleague) != identity.build_jupid_sub(user)


def test_email_is_empty_where_the_user_has_none() -> None:
    assert identity.build_jupid_email(make_user_without_email()) == ""


def test_blank_name_falls_back_to_the_username() -> None:
    user = make_bare_user()

    assert identity.build_jupid_name(user) == expected_claims(user)["name"]


def test_missing_relation_leaves_out_what_lies_behind_it() -> None:
    user = make_user_without_relations()
    payload = identity.build_jupid_payload(user)

    assert rows.as_json(payload) == expected_claims(user)["payload"]
    assert not {f"payload.{claim}" for claim in payload} & BEHIND_RELATIONS


@pytest.mark.parametrize("claim", ["sub", "email", "name"])
def test_missing_relation_leaves_a_claim_empty_or_to_its_fallback(claim: str) -> None:
    user = make_user_without_relations()
    value = getattr(identity, f"build_jupid_{claim}")(user)

    if claim in BEHIND_RELATIONS:
        assert value == (user.get_username() if claim == "name" else "")
    else:
        assert value
