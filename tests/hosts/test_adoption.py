"""A second, plain Django project takes ``jupid_embed`` in, in each of the documented ways."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import jwt
import pytest

from ..helpers import TEMPLATE, environment, files_of, must, run, uv

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET = "the secret of a host project that lives in this test"

SETTINGS = """
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "a key of a host project that lives in a test alone, and nowhere else"
DEBUG = True
ALLOWED_HOSTS = ["testserver"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "people",
    "{package}",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "host.urls"
TEMPLATES = [
    {{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {{
            "context_processors": ["django.template.context_processors.request"]
        }},
    }}
]
DATABASES = {{
    "default": {{
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": BASE_DIR / "db.sqlite3",
    }}
}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.User"
LOGIN_URL = "/sign-in/"
STATIC_URL = "static/"
USE_TZ = True
"""

URLS = """
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import include, path

from {package}.decorators import jupid_embed_page


@login_required
@jupid_embed_page
def accounting(request):
    return render(request, "accounting.html")


urlpatterns = [
    path("accounting/", accounting),
    path("api/jupid/", include("{package}.urls")),
]
"""

PAGE = "{% load jupid_embed %}<main>{% jupid_embed initial_path='/reports' %}</main>\n"

MODELS = """
from uuid import uuid4

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    {key}


class Profile(models.Model):
    user = models.OneToOneField(User, models.CASCADE, related_name="profile")
    company_name = models.CharField(max_length=100)
"""
KEYS = {
    "number": "id = models.BigAutoField(primary_key=True)",
    "uuid": "id = models.UUIDField(primary_key=True, default=uuid4, editable=False)",
}

MANAGE = """
import os
import sys

from django.core.management import execute_from_command_line

os.environ["DJANGO_SETTINGS_MODULE"] = "host.settings"
execute_from_command_line(sys.argv)
"""

VISIT = """
import json
import django

django.setup()

from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders
from django.test import Client
from people.models import Profile

ada = get_user_model().objects.create_user(
    "ada", "ada@example.com", first_name="Ada", last_name="Lovelace"
)
Profile.objects.create(user=ada, company_name="Acme Studio")
client, url = Client(), "/api/jupid/embed-token"
stranger = client.get(url)
client.force_login(ada)
known = client.get(url)
page = client.get("/accounting/")
print(json.dumps({
    "key": str(ada.pk),
    "stranger": [stranger.status_code, stranger.json()],
    "known": [known.status_code, known.json()],
    "page": [page.status_code, page.text],
    "policy": page.headers["Cross-Origin-Opener-Policy"],
    "script": bool(finders.find("jupid_embed/mount.js")),
}))
"""


class Host(NamedTuple):
    """A host project, the Python that runs it, and where it has jupid_embed."""

    folder: Path
    python: str | Path
    package: str
    key: str

    def runs(self, *arguments: str | Path) -> str:
        """Run the host's Python, which must succeed; return what it printed."""
        env = environment(
            DJANGO_SETTINGS_MODULE="host.settings",
            JUPID_EMBED_APP_URL="https://app.jupid.com",
            JUPID_EMBED_PARTNER_ID="acme",
            JUPID_EMBED_SECRET=SECRET,
        )
        return must(self.python, *arguments, cwd=self.folder, env=env)


def write_host(folder: Path, package: str, key: str) -> None:
    files: Mapping[str, str] = {
        "manage.py": MANAGE,
        "host/__init__.py": "",
        "host/settings.py": SETTINGS.format(package=package),
        "host/urls.py": URLS.format(package=package),
        "people/__init__.py": "",
        "people/models.py": MODELS.format(key=KEYS[key]),
        "templates/accounting.html": PAGE,
        "pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = host.settings\npythonpath = .\n",
    }
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


@pytest.fixture(scope="module")
def wheel(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done = uv("build", "--wheel", "--out-dir", folder, project)
    assert done.returncode == 0, done.stderr
    [made] = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module", params=["wheel", "editable", "copy"])
def host(
    request: pytest.FixtureRequest,
    project: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Host:
    """A host that has jupid_embed as a wheel, as an editable dependency, or as a copy."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "copy":
        package, key = "apps.vendor.jupid_embed", "number"
        shutil.copytree(project / "src/jupid_embed", folder / "apps/vendor/jupid_embed")
        for parent in ("apps", "apps/vendor"):
            (folder / parent / "__init__.py").touch()
        python: str | Path = sys.executable
    else:
        package = "jupid_embed"
        key = "uuid" if request.param == "editable" else "number"
        source = ["--editable", str(project)]
        if request.param == "wheel":
            source = [str(request.getfixturevalue("wheel"))]
        made = uv("venv", "-q", "--no-project", "-p", sys.executable, folder / ".venv")
        assert made.returncode == 0, made.stderr
        [python] = [
            *folder.glob(".venv/bin/python"),
            *folder.glob(".venv/*/python.exe"),
        ]
        needs = ["pytest", "pytest-django", "model-bakery", *source]
        done = uv("pip", "install", "-q", "--python", python, *needs)
        assert done.returncode == 0, done.stderr
    write_host(folder, package, key)
    host = Host(folder, python, package, key)
    host.runs("manage.py", "migrate", "--run-syncdb", "--verbosity", "0")
    return host


def test_the_wheel_holds_jupid_embed_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    ours = {f"jupid_embed/{name}" for name in files_of(TEMPLATE / "src/jupid_embed")}
    about = {name for name in names if ".dist-info/" in name}
    assert set(names) - about == ours
    assert {name.partition("/")[0] for name in about} == {"jupid_embed-2.0.0.dist-info"}
    assert "jupid_embed/static/jupid_embed/mount.js" in ours
    assert "jupid_embed/templates/jupid_embed/mount.html" in ours


def test_the_wheel_asks_for_django_and_pyjwt_alone(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [name] = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
        lines = archive.read(name).decode().splitlines()
    asked = [line for line in lines if line.startswith(("Requires-", "Classifier"))]
    assert sorted(asked) == [
        "Classifier: Private :: Do Not Upload",
        "Requires-Dist: django>=5.2",
        "Requires-Dist: pyjwt<3,>=2.14",
        "Requires-Python: >=3.10",
    ]


@pytest.mark.xdist_group("adoption")
def test_the_host_s_checks_pass(host: Host) -> None:
    said = host.runs("manage.py", "check", "--fail-level", "WARNING")
    assert said == "System check identified no issues (0 silenced).\n"


@pytest.mark.xdist_group("adoption")
def test_the_host_signs_tokens_and_mounts_the_embed(host: Host) -> None:
    found = json.loads(host.runs("-c", VISIT))
    assert found["stranger"] == [401, {"error": "not_authenticated"}]
    status, answer = found["known"]
    assert status == 200
    claims = jwt.decode(
        answer["token"],
        SECRET,
        algorithms=["HS256"],
        audience="jupid-embed",
        issuer="acme",
    )
    assert claims["sub"] == found["key"]
    assert claims["email"] == "ada@example.com"
    assert claims["name"] == "Ada Lovelace"
    assert claims["payload"] == {"company_name": "Acme Studio"}
    status, text = found["page"]
    assert status == 200
    assert text.count("<jupid-embed") == 1
    assert "/api/jupid/embed-token" in text
    assert found["policy"] == "same-origin-allow-popups"
    assert found["script"] is True
    said = host.runs("manage.py", "jupid_token", "ada")
    assert found["key"] in said
    assert "Acme Studio" in said


@pytest.mark.xdist_group("adoption")
def test_the_portable_tests_pass_in_the_host(host: Host) -> None:
    said = host.runs(
        *["-m", "pytest", "-q", "-p", "no:cacheprovider", "--pyargs", host.package]
    )
    assert " passed" in said


def test_a_copy_is_not_edited(project: Path) -> None:
    absolute = ("import jupid_embed", "from jupid_embed")
    for name, content in files_of(project / "src/jupid_embed").items():
        if name.endswith(".py"):
            lines = content.decode("utf-8").splitlines()
            code = [line for line in lines if line.startswith(absolute)]
            assert code == [], name


@pytest.mark.xdist_group("adoption")
def test_without_a_secret_the_host_migrates_and_is_told_what_is_missing(
    host: Host,
) -> None:
    env = environment(DJANGO_SETTINGS_MODULE="host.settings")
    for command, code in {"migrate": 0, "check": 0, "check --deploy": 1}.items():
        manage = [host.python, "manage.py", *command.split()]
        done = run(*manage, cwd=host.folder, env=env)
        assert done.returncode == code
        assert "JUPID_EMBED_SECRET is not set" in done.stderr
        assert "Traceback" not in done.stderr
