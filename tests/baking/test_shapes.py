"""Projects for users of every shape: their own tests pass, and their code is clean."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import django
import pytest
from cookiecutter.environment import StrictEnvironment
from jinja2 import FileSystemLoader

from jupid_answers.paths import NAME_LIMIT
from jupid_answers.rules import CLAIM_LIMIT
from jupid_answers.together import problems, tidied

from ..helpers import (
    DEFAULTS,
    QUESTIONS,
    TEMPLATE,
    files_of,
    interpreters,
    make_environment,
    run,
    run_suite,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = ["a" * NAME_LIMIT, "b" * NAME_LIMIT, "c" * NAME_LIMIT]
DEEP = ".".join(NAMES)

SHAPES: dict[str, dict[str, str]] = {
    "the defaults": {},
    "everything on a custom user": {
        "user_id_field": "external_id",
        "name_field": "display_name",
        "payload_fields": "company_name,plan=plan_name,joined=date_joined",
    },
    "two relations of depth two": {
        "payload_fields": "company=profile.company_name,plan=account.plan",
    },
    "depth four": {
        "payload_fields": "city=profile.company.address.city,seats=profile.company.seats",
    },
    "a UUID as the user ID": {"user_id_field": "public_id"},
    "no payload": {"payload_fields": "none"},
    "fifty payload fields": {
        "payload_fields": ",".join(f"c{n}=profile.field{n}" for n in range(50)),
    },
    "a method for the name": {"name_field": "display_name()"},
    "an email on a relation": {"email_field": "profile.work_email"},
    # Odd, and yet accepted.
    "a user ID on a relation": {"user_id_field": "account.public_id"},
    "a user ID three relations away": {"user_id_field": "a.b.c.key"},
    "a user ID that is computed": {"user_id_field": "external_id()"},
    "methods on relations": {
        "email_field": "profile.main_email()",
        "name_field": "profile.title()",
        "payload_fields": "plan=account.get_plan_display(),city=account.org.city()",
    },
    "relations that are called like classes and builtins": {
        "payload_fields": "a=model.x,b=list.x,c=print.x,d=abstract_user.x,e=type.str_x,"
        "f=any.x,g=settings.x,h=dict.list.set.x,i=suppress.x,j=payload.x"
    },
    "fields that are called like classes and builtins": {
        "email_field": "list",
        "name_field": "cls",
        "payload_fields": "print,dict,profile,type,x=account.property,y=account.len",
    },
    "one name at two levels": {
        "payload_fields": "a=team.name,b=profile.team.name,c=profile.team.team.name",
    },
    "the key behind a relation, and the relation": {
        "payload_fields": "id=profile.company_id,name=profile.company.name",
    },
    "keys of all kinds": {
        "payload_fields": "a=pk,b=id,c=profile.pk,d=profile.id,e=profile.user_id,"
        "f=profile.company.pk",
    },
    "capitals": {
        "user_id_field": "Account.ExternalID",
        "payload_fields": "Plan=Account.planName,CITY=Account.homeTown.City",
    },
    "what Django's user has already": {
        "name_field": "get_short_name()",
        "payload_fields": "username,first_name,last_name,is_active,is_staff,"
        "is_superuser,date_joined,email,full=get_full_name()",
    },
    "a username for the name, the ID of a row for the user": {
        "user_id_field": "profile.user_id",
        "email_field": "profile.username",
        "name_field": "username",
    },
    "one of many": {
        "email_field": "emails.first().address",
        "name_field": "memberships.last().label()",
        "payload_fields": "role=memberships.first().role,org=memberships.first().org.name,"
        "tag=profile.tags.first().text,group=groups.first().name,sku=orders.last().lines.first().product.sku,"
        "price=orders.last().lines.first().price",
    },
    "the shortest": {
        "project_slug": "a",
        "partner_id": "a",
        "audience": "a",
        "app_url": "https://a",
        "user_id_field": "a",
        "email_field": "b",
        "name_field": "c",
        "payload_fields": "d",
    },
    "the longest": {
        "project_slug": "a" * 50,
        "partner_id": "a" * 128,
        "audience": "a" * 128,
        "app_url": f"https://{'.'.join(['a' * 63] * 3)}.{'a' * 61}:65535",
        "user_id_field": f"{DEEP}.{'d' * NAME_LIMIT}",
        "email_field": f"{DEEP}.{'e' * NAME_LIMIT}",
        "name_field": f"{DEEP}.{'f' * NAME_LIMIT}()",
        "payload_fields": ",".join(
            f"{'c' * (CLAIM_LIMIT - 2)}{n:02}={DEEP}.{'g' * (NAME_LIMIT - 2)}{n:02}"
            for n in range(50)
        ),
    },
}
REQUIRED = list(SHAPES)[:9]
# The tests of the example, which the project does not bring along.
EXAMPLE = Path(__file__).parent.parent / "project/inside/example_site.py"
IS_5_2 = django.VERSION[:2] == (5, 2)


@pytest.fixture(scope="module")
def other_django(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python with the newest Django where this one has 5.2, and the other way round."""
    if not IS_5_2:
        python, wanted = sys.executable, "Django==5.2.*"
    else:
        version, python = max(interpreters().items())
        wanted = "Django>=6.0"
        if version < (3, 12):
            pytest.skip("Django 6.0 and newer need Python 3.12, which is not here")
    folder = tmp_path_factory.mktemp("django") / "env"
    return make_environment(folder, project, wanted, python=python)


def test_the_other_django_is_another(other_django: Path) -> None:
    found = run(other_django, "-c", "import django; print(django.VERSION[:2])").stdout
    assert (found.strip() == "(5, 2)") is not IS_5_2


def run_knowing(
    project: Path, folder: Path, python: str | Path = sys.executable
) -> subprocess.CompletedProcess[str]:
    """Run the tests that know the answers; the whole suite runs in test_matrix.py."""
    copy = shutil.copytree(project, folder / "project")
    shutil.copy(EXAMPLE, copy / "tests/test_example.py")
    return run_suite(copy, "src", "tests/test_example.py", python=python)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_project_of_this_shape_passes_its_own_tests(
    shape: str, baked: Callable[..., Path], tmp_path: Path
) -> None:
    done = run_knowing(baked(**SHAPES[shape]), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.xdist_group("other_django")
@pytest.mark.parametrize("shape", REQUIRED)
def test_it_passes_them_on_the_other_django_too(
    shape: str, baked: Callable[..., Path], other_django: Path, tmp_path: Path
) -> None:
    done = run_knowing(baked(**SHAPES[shape]), tmp_path, other_django)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.xdist_group("browser")
def test_the_default_project_passes_its_tests_in_a_browser(project: Path) -> None:
    done = run_suite(project, "-m", "browser")
    assert done.returncode == 0, done.stdout + done.stderr


# --- Clean ---


def texts_of(project: Path) -> dict[str, bytes]:
    """Return the project's files but for its pictures."""
    files = files_of(project)
    return {name: text for name, text in files.items() if not name.endswith(".png")}


@pytest.fixture(scope="module")
def all_projects(baked: Callable[..., Path]) -> dict[str, Path]:
    return {shape: baked(**answers) for shape, answers in SHAPES.items()}


@pytest.mark.xdist_group("clean")
@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_every_shape_is_clean_for_ruff(
    command: list[str], all_projects: dict[str, Path]
) -> None:
    done = run(
        *[sys.executable, "-m", "ruff", *command, "--no-cache", "--quiet"],
        *all_projects.values(),
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.xdist_group("clean")
@pytest.mark.parametrize("shape", ["the defaults", "depth four", "the longest"])
def test_a_shape_is_clean_for_strict_mypy(
    shape: str, all_projects: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    cache = tmp_path_factory.getbasetemp() / "mypy"
    options = ["--strict", "--cache-dir", str(cache), "."]
    done = run(sys.executable, "-m", "mypy", *options, cwd=all_projects[shape])
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.xdist_group("clean")
def test_every_answer_gives_the_same_files(all_projects: dict[str, Path]) -> None:
    expected = sorted([*files_of(TEMPLATE), ".env"])
    for shape, project in all_projects.items():
        assert sorted(files_of(project)) == expected, shape


@pytest.mark.xdist_group("clean")
def test_every_text_has_line_feeds_and_one_at_its_end(
    all_projects: dict[str, Path],
) -> None:
    for project in all_projects.values():
        for name, content in texts_of(project).items():
            assert b"\r" not in content, name
            assert not content or content.endswith(b"\n"), name
            assert not content.endswith(b"\n\n"), name
            assert not re.search(rb"[ \t]\n", content), name


@pytest.mark.xdist_group("clean")
def test_nothing_tells_of_a_template(all_projects: dict[str, Path]) -> None:
    for project in all_projects.values():
        for name, content in texts_of(project).items():
            text = content.decode("utf-8")
            assert "{{cookiecutter" not in text.replace(" ", ""), name
            assert not re.search(r"\{% *-?(set|raw|endraw)\b", text), name
            if name != "README.md":  # which tells how to update
                assert "cookiecutter" not in text.lower(), name


# --- Any accepted answers ---


def random_name(rng: random.Random) -> str:
    length = rng.choice([*range(1, 20), *range(20, NAME_LIMIT + 1, 3), NAME_LIMIT])
    return "".join(rng.choice("abcxyz") for _ in range(length))


def random_answers(rng: random.Random) -> dict[str, str]:
    """Return accepted answers of any lengths, of relations that they share or not."""
    while True:
        picks = ["", "", ".first()", ".last()"]
        relations = [
            [random_name(rng) + rng.choice(picks) for _ in range(3)] for _ in range(2)
        ]

        def path(relations: list[list[str]] = relations) -> str:
            relation = rng.choice(relations)[: rng.randrange(4)]
            call = rng.choice(["", "", "()"])
            return ".".join([*relation, random_name(rng) + call])

        pairs = [
            f"{random_name(rng)[:CLAIM_LIMIT]}={path()}"
            for _ in range(rng.choice([1, 2, 5, 50]))
        ]
        host = ".".join(["a" * rng.randint(1, 60) for _ in range(rng.randint(1, 4))])
        answers = DEFAULTS | {
            "partner_id": "a" * rng.randint(1, 128),
            "audience": "a" * rng.randint(1, 128),
            "app_url": f"https://{host}",
            "user_id_field": path(),
            "email_field": path(),
            "name_field": path(),
            "payload_fields": rng.choice([",".join(pairs), "none"]),
        }
        if not problems(answers):
            return {name: tidied(name, answer) for name, answer in answers.items()}


@pytest.mark.parametrize("seed", range(2))
def test_any_accepted_answers_give_clean_code(
    seed: int, tmp_path: Path, project: Path
) -> None:
    extensions = {"_extensions": QUESTIONS["_extensions"]}
    environment = StrictEnvironment(
        context={"cookiecutter": extensions},
        keep_trailing_newline=True,
        loader=FileSystemLoader(TEMPLATE),
    )
    rendered = [
        name
        for name, content in files_of(TEMPLATE).items()
        if name.endswith(".py") and b"cookiecutter" in content
    ]
    assert len(rendered) >= 4
    rng = random.Random(seed)  # noqa: S311 -- the same answers in every run
    shutil.copy(project / "pyproject.toml", tmp_path)
    for number in range(150):
        answers = random_answers(rng)
        for name in rendered:
            file = tmp_path / f"n{number}" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            text = environment.get_template(name).render(cookiecutter=answers)
            file.write_text(text, "utf-8", newline="\n")
    for command in (["check"], ["format", "--check"]):
        options = ["--no-cache", "--quiet", str(tmp_path)]
        done = run(sys.executable, "-m", "ruff", *command, *options)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
