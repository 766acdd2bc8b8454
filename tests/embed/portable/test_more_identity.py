from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist

from ..identity import build_jupid_name, missing_relation_skipped


@pytest.mark.parametrize(
    ("full", "expected"),
    [
        ("None None", "ada"),
        ("", "ada"),
        (" ", "ada"),
        (None, "ada"),
        ("Ada L", "Ada L"),
    ],
)
def test_name_of_a_model_without_names_is_the_username(
    full: str | None, expected: str
) -> None:
    user = SimpleNamespace(get_full_name=lambda: full, get_username=lambda: "ada")
    assert build_jupid_name(user) == expected


@pytest.mark.parametrize("error", [ObjectDoesNotExist("no profile"), None])
def test_missing_and_null_relations_are_skipped(error: Exception | None) -> None:
    profile: Any = None
    with missing_relation_skipped():
        if error:
            raise error
        profile.company  # noqa: B018


@pytest.mark.parametrize(
    "error",
    [
        AttributeError("misspelled", name="compny", obj=object()),
        AttributeError("misspelled", obj=object()),
        AttributeError("somebody's own"),
        KeyError("company"),
    ],
)
def test_whatever_else_fails_is_raised(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, missing_relation_skipped():
        raise error
    assert caught.value is error
