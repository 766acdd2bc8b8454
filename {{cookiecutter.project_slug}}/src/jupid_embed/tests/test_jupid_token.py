import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from . import rows
from .test_tokens import NAMES
from .users import expected_claims, make_user, make_user_without_email

pytestmark = rows.django_db


def run(*arguments: str, stderr: StringIO | None = None) -> str:
    output = StringIO()
    call_command("jupid_token", *arguments, stdout=output, stderr=stderr, no_color=True)
    return output.getvalue()


def fault_of(*arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    return str(caught.value)


def test_claims_are_shown_field_by_field_and_the_token_is_not() -> None:
    ada: Any = make_user()
    *lines, verdict = run(str(ada.pk)).splitlines()
    expected = expected_claims(ada)

    assert [line.split()[0] for line in lines] == NAMES
    assert lines[0] == "iss      acme"
    assert lines[2] == f"sub      {expected['sub']}"
    assert lines[4] == f"name     {expected['name']}"
    payload = json.loads(lines[5].removeprefix("payload  "))
    assert payload.keys() == expected["payload"].keys()
    assert verdict == "All nine claims satisfy the protocol."
    assert "eyJ" not in "".join(lines)


def test_user_without_email_does_not_satisfy_the_protocol() -> None:
    user = make_user_without_email()

    assert 'email: "" is no email address.' in fault_of(str(user.pk)).splitlines()
