from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder

from .. import identity
from .users import (
    BEHIND_RELATIONS,
    expected_claims,
    make_bare_user,
    make_user,
    make_user_without_email,
    make_user_without_relations,
)

pytestmark = pytest.mark.django_db


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


@pytest.mark.parametrize("claim", ["sub", "email", "name", "payload"])
def test_each_claim_comes_from_its_field(claim: str) -> None:
    user = make_user()
    build = getattr(identity, f"build_jupid_{claim}")

    assert as_json(build(user)) == as_json(expected_claims(user)[claim])


def test_sub_is_the_same_each_time() -> None:
    user = make_user()
    again = get_user_model()._default_manager.get(pk=user.pk)

    assert identity.build_jupid_sub(again) == identity.build_jupid_sub(user)


def test_sub_stays_when_the_person_changes_email_and_name() -> None:
    user = make_user()
    before = identity.build_jupid_sub(user)
    user.email, user.first_name, user.last_name = "new@example.com", "New", "Name"
    setattr(user, user.USERNAME_FIELD, "new")
    user.save()

    assert identity.build_jupid_sub(user) == before


def test_sub_differs_between_users() -> None:
    assert identity.build_jupid_sub(make_user("ada")) != identity.build_jupid_sub(
        make_user("eve")
    )


def test_sub_is_no_email() -> None:
    assert "@" not in identity.build_jupid_sub(make_user())


def test_email_is_empty_where_the_user_has_none() -> None:
    assert identity.build_jupid_email(make_user_without_email()) == ""


def test_blank_name_falls_back_to_the_username() -> None:
    user = make_bare_user("mary")

    assert identity.build_jupid_name(user) == user.get_username()


def test_missing_relation_leaves_out_what_lies_behind_it() -> None:
    everything = identity.build_jupid_payload(make_user())
    payload = identity.build_jupid_payload(make_user_without_relations())

    left_out = {f"payload.{claim}" for claim in everything.keys() - payload.keys()}
    assert left_out == {
        name for name in BEHIND_RELATIONS if name.startswith("payload.")
    }


@pytest.mark.parametrize("claim", ["sub", "email", "name"])
def test_missing_relation_leaves_a_claim_empty_or_to_its_fallback(claim: str) -> None:
    user = make_user_without_relations()
    value = getattr(identity, f"build_jupid_{claim}")(user)

    if claim in BEHIND_RELATIONS:
        assert value == (user.get_username() if claim == "name" else "")
    else:
        assert value
