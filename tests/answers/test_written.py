"""The code that the templates write from good answers, word for word.

The folder written/ holds it for answers of each kind. Where it is to change, write it
anew, and read what is different before you keep it:

    python -m tests.answers.test_written
"""

from __future__ import annotations

import ast
import itertools
import sys
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from cookiecutter.environment import StrictEnvironment
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jinja2 import FileSystemLoader

from jupid_answers.paths import USER_FIELDS, USER_METHODS
from jupid_answers.together import problem, problems, tidied

from ..helpers import DEFAULTS, NAMES, QUESTIONS, TEMPLATE, must
from .reading import execute, itself, read_identity
from .strings import good_answers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WRITTEN = Path(__file__).parent / "written"
FILES = {"identity": "src/jupid_embed/identity.py", "models": "example/models.py"}
LONG = [letter * 63 for letter in "abcd"]

ANSWERS: dict[str, dict[str, str]] = {
    "defaults": {},
    "no-relation": {"payload_fields": "none"},
    "every-kind-of-path": {
        "user_id_field": "account.public_id",
        "email_field": "profile.work_email",
        "name_field": "profile.get_label()",
        "payload_fields": "plan=account.plan.name,plan_key=account.plan_id,"
        "tier=account.plan.get_tier_display(),seats=account.plan.owner.seats,"
        "login=username,staff=is_staff,full=get_full_name(),joined=date_joined,"
        "key=profile.pk,company_name,truth=true.value,mine=user_id,first=first_name,"
        "short=get_short_name(),on=is_active,root=is_superuser,last=last_name,"
        "named=get_username(),back=profile.user_id,again=email,number=id,"
        "ident=account.id,other=profile.other_id,lie=false.value,own=pk",
    },
    "methods-alone": {
        "user_id_field": "get_key()",
        "email_field": "get_mail()",
        "name_field": "get_label()",
        "payload_fields": "none",
    },
    "methods-behind-relations": {
        "user_id_field": "account.get_key()",
        "email_field": "profile.get_mail()",
        "name_field": "display_name",
        "payload_fields": "size=get_size(),company=profile.company_name",
    },
    "fields-alone": {
        "user_id_field": "public_id",
        "email_field": "work_email",
        "name_field": "profile.display_name",
        "payload_fields": "company_name,x=a.b,uid=public_id",
    },
    "one-of-many": {
        "email_field": "emails.first().address",
        "name_field": "memberships.last().label()",
        "payload_fields": "role=memberships.first().role,org=memberships.first().org.name,"
        "city=memberships.first().org.city,latest=memberships.last().role,"
        "sku=orders.last().lines.first().product.sku,"
        "price=orders.last().lines.first().price,tag=profile.tags.first().text,"
        "kind=profile.tags.first().kind,mine=memberships.first().user_id,"
        "team=team_set.first().members.last().name",
    },
    "the-longest": {
        "user_id_field": ".".join(LONG),
        "email_field": f"{'.'.join(LONG[:3])}.{'e' * 63}()",
        "name_field": ".".join(f"{name}.first()" for name in "FGH")
        + f".{'n' * 70}"[:64],
        "payload_fields": f"{'c' * 40}={LONG[0]}.{LONG[1]}.x,y={LONG[0]}.{LONG[1]}.z(),"
        f"{'k' * 40}=p.q.r.{'s' * 63},m={'m' * 63}.first().{'n' * 63}.last().o,"
        f"{'t' * 40}={'t' * 63}.first().{'n' * 63}.last().{'o' * 63}(),"
        f"u={'t' * 63}.first().v",
    },
}


def render(file: str, answers: dict[str, str]) -> str:
    """Render a file of the template as Cookiecutter does."""
    environment = StrictEnvironment(
        context={"cookiecutter": {"_extensions": QUESTIONS["_extensions"]}},
        keep_trailing_newline=True,
        loader=FileSystemLoader(TEMPLATE),
    )
    template = environment.get_template(FILES[file])
    return str(template.render(cookiecutter=answers))


def all_answers(name: str) -> dict[str, str]:
    answers = DEFAULTS | ANSWERS[name]
    assert problems(answers) == []
    return {name: tidied(name, answers[name]) for name in NAMES}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("name", ANSWERS)
def test_code_is_written_as_it_is_kept(name: str, file: str) -> None:
    expected = (WRITTEN / name / f"{file}.txt").read_text("utf-8")

    assert render(file, all_answers(name)) == expected


def check_clean(folder: Path) -> None:
    """Fail unless ruff finds nothing to change in the Python files of ``folder``."""
    select = "--select=E4,E7,E9,F,B,I,SIM,UP,S"
    for command in (["check", select], ["format", "--check"]):
        options = ["--isolated", "--no-cache", "--target-version=py310"]
        must(sys.executable, "-m", "ruff", *command, *options, folder)


def test_written_code_is_clean(tmp_path: Path) -> None:
    for name in ANSWERS:
        for file in FILES:
            (tmp_path / name).mkdir(exist_ok=True)
            text = (WRITTEN / name / f"{file}.txt").read_text("utf-8")
            (tmp_path / name / f"{file}.py").write_text(text, "utf-8")
    check_clean(tmp_path)


def test_any_accepted_answers_read_back_from_clean_code(tmp_path: Path) -> None:
    questions = [name for name in NAMES if name.endswith(("_field", "_fields"))]
    given_answers = st.fixed_dictionaries({q: good_answers(q) for q in questions})
    count = itertools.count()

    @settings(max_examples=200, derandomize=True, database=None, deadline=None)
    @given(given_answers)
    def check(given: dict[str, str]) -> None:
        assume(not problems(DEFAULTS | given))
        answers = DEFAULTS | {name: tidied(name, given[name]) for name in given}
        folder = tmp_path / f"n{next(count)}"
        folder.mkdir()
        for file in FILES:
            code = render(file, answers)
            ast.parse(code)
            (folder / f"{file}.py").write_text(code, "utf-8")
        read = read_identity((folder / "identity.py").read_bytes())
        assert read == {name: itself(name, answers[name]) for name in questions}

    check()
    assert next(count) > 100
    check_clean(tmp_path)


def run_identity(answers: dict[str, str]) -> dict[str, Any]:
    """Run identity.py, and return its names."""
    names: dict[str, Any] = {}
    exec(render("identity", answers), names)  # noqa: S102
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
    build = run_identity(answers)[f"build_jupid_{claim}"]
    joined = datetime(2026, 1, 1, tzinfo=timezone.utc)

    def make(pk: int, username: str, **fields: str) -> User:
        return User(pk=pk, username=username, date_joined=joined, **fields)

    ada = make(1, "ada", email="ada@a.example", first_name="Ada", last_name="Lovelace")
    eve = make(2, "eve", email="eve@a.example", first_name="Eve", last_name="Lovelace")
    value = getattr(ada, name)
    assert build(ada) == str(value() if name in USER_METHODS else value)
    if claim == "sub":
        assert build(ada) != build(eve)
    else:
        assert build(make(3, "mary")) == {"email": "", "name": "mary"}[claim]
        assert "@" in build(ada) or claim == "name"


# --- What identity.py does ---


def raise_(error: BaseException) -> Any:
    raise error


class Row:
    """A row of a host's, with what may go wrong there."""

    nothing = None
    name = "Acme"

    @property
    def missing(self) -> Any:
        raise LookupError

    def misspelled(self) -> Any:
        return self.nmae  # type: ignore[attr-defined]

    def by_hand(self) -> Any:
        raise AttributeError("boom")


@pytest.mark.parametrize(
    "read",
    [
        lambda row: row.missing,
        lambda row: row.missing.name,
        lambda row: row.nothing.name,
        lambda row: row.nothing.name.more,
        lambda row: row.nothing.first().name,
    ],
    ids=["row", "row.field", "null.field", "null.row.field", "null.first"],
)
def test_missing_relation_is_skipped(read: Callable[[Row], Any]) -> None:
    skipped = execute(render("identity", DEFAULTS))["missing_relation_skipped"]
    done = []
    with skipped():
        read(Row())
        done.append("never")
    with skipped():
        done.append("after")
    assert done == ["after"]


@pytest.mark.parametrize(
    ("read", "error"),
    [
        (lambda row: row.nmae, AttributeError),
        (lambda row: row.misspelled(), AttributeError),
        (lambda row: row.by_hand(), AttributeError),
        (lambda row: row.name.nmae, AttributeError),
        (lambda row: row.nothing(), TypeError),
        (lambda row: row.nothing["name"], TypeError),
        (lambda row: next(iter(())), StopIteration),
        (lambda row: raise_(RuntimeError("x")), RuntimeError),
        (lambda row: raise_(GeneratorExit()), GeneratorExit),
        (lambda row: raise_(KeyboardInterrupt()), KeyboardInterrupt),
        (lambda row: raise_(StopAsyncIteration()), StopAsyncIteration),
    ],
    ids=[
        "misspelled",
        "misspelled in a method",
        "raised by hand",
        "misspelled of a text",
        "called",
        "indexed",
        "StopIteration",
        "RuntimeError",
        "GeneratorExit",
        "KeyboardInterrupt",
        "StopAsyncIteration",
    ],
)
def test_every_other_error_is_raised_as_it_is(
    read: Callable[[Row], Any], error: type[BaseException]
) -> None:
    skipped = execute(render("identity", DEFAULTS))["missing_relation_skipped"]
    with pytest.raises(error) as caught, skipped():
        read(Row())
    assert type(caught.value) is error

    def rows() -> Iterator[Any]:
        with skipped():
            yield read(Row())

    with pytest.raises((error, RuntimeError)), skipped():
        list(rows())


def test_a_missing_relation_within_another_skips_no_more_than_its_own_block() -> None:
    skipped = execute(render("identity", DEFAULTS))["missing_relation_skipped"]
    done = []
    with skipped():
        with skipped():
            Row().nothing.name  # type: ignore[attr-defined]  # noqa: B018
        done.append("outer")
    assert done == ["outer"]


def test_nothing_of_relations_stands_where_no_claim_is_behind_one() -> None:
    text = render("identity", all_answers("no-relation"))
    for word in (
        "missing_relation",
        "contextmanager",
        "ObjectDoesNotExist",
        "Iterator",
    ):
        assert word not in text
    assert "missing or null" not in text


@pytest.mark.parametrize(
    ("user", "may"),
    [
        (SimpleNamespace(is_active=True), True),
        (SimpleNamespace(is_active=False), False),
        (SimpleNamespace(is_active=None), False),
        (SimpleNamespace(), True),
    ],
)
def test_active_users_may_open_the_embed(user: object, may: bool) -> None:
    may_open = execute(render("identity", DEFAULTS))["may_open_jupid"]
    assert may_open(SimpleNamespace(user=user)) is may


class Rows:
    """A to-many relation that counts how often it is asked."""

    def __init__(self, *rows: object) -> None:
        self.rows, self.asked = rows, 0

    def first(self) -> object:
        self.asked += 1
        return self.rows[0] if self.rows else None

    def last(self) -> object:
        self.asked += 1
        return self.rows[-1] if self.rows else None


def test_a_row_of_many_is_asked_for_once_by_all_claims_that_need_it() -> None:
    fields = [f"c{n}=teams.first().f{n}" for n in range(30)]
    fields += ["org=teams.first().org.name", "city=teams.first().org.city"]
    fields += [
        "tag=teams.first().tags.last().text",
        "kind=teams.first().tags.last().kind",
    ]
    fields += ["last=teams.last().f1"]
    answers = DEFAULTS | {"payload_fields": ",".join(fields)}
    assert problems(answers) == []
    build = execute(render("identity", answers))["build_jupid_payload"]
    tags = Rows(
        SimpleNamespace(text="a", kind="b"), SimpleNamespace(text="c", kind="d")
    )
    values = {f"f{n}": n for n in range(30)}
    org = SimpleNamespace(name="Acme", city="Bern")
    teams = Rows(SimpleNamespace(**values, org=org, tags=tags), SimpleNamespace(f1="z"))

    payload = build(SimpleNamespace(teams=teams))

    expected = {f"c{n}": n for n in range(30)} | {"org": "Acme", "city": "Bern"}
    assert payload == expected | {"tag": "c", "kind": "d", "last": "z"}
    assert (teams.asked, tags.asked) == (2, 1)  # the first row, and the last


def test_claims_are_left_out_by_relation_where_no_row_or_relation_is() -> None:
    answers = DEFAULTS | {
        "payload_fields": "role=teams.first().role,org=teams.first().org.name,"
        "tag=teams.first().tags.first().text,kind=teams.first().tags.first().kind,"
        "plan=profile.plan.name,city=profile.city,mine"
    }
    build = execute(render("identity", answers))["build_jupid_payload"]
    row = SimpleNamespace(role="admin", org=None, tags=Rows())
    user = SimpleNamespace(teams=Rows(row), profile=None, mine=1)
    assert build(user) == {"role": "admin", "mine": 1}
    user.teams = Rows()
    user.profile = SimpleNamespace(plan=None, city="Bern")
    assert build(user) == {"city": "Bern", "mine": 1}


def write() -> None:
    """Write the files anew, from what the templates write now."""
    for name in ANSWERS:
        folder = WRITTEN / name
        folder.mkdir(exist_ok=True)
        for file in FILES:
            text = render(file, all_answers(name))
            (folder / f"{file}.txt").write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    write()
