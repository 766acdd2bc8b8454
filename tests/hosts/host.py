"""A host project of any shape, and its adoption by the steps that README.md tells."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any, NamedTuple

import jwt

from .. import helpers, matrix

SECRET = "the secret of a host project that lives in this test"
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "host.settings",
    "JUPID_EMBED_APP_URL": "https://app.jupid.com",
    "JUPID_EMBED_PARTNER_ID": "acme",
    "JUPID_EMBED_SECRET": SECRET,
}
# What the hosts use, in one environment for all of them.
PACKAGES = [
    "Django==5.2.*",
    "django-allauth",
    "django-countries",
    "django-csp",
    "django-debug-toolbar",
    "django-environ",
    "django-hijack",
    "django-ninja",
    "django-otp",
    "django-phonenumber-field[phonenumbers]",
    "django-taggit",
    "djangorestframework",
    "djangorestframework-simplejwt",
    "freezegun",
    "Pillow",
    "pytest-asyncio",
    "pytest-playwright",
    "pytest-randomly",
    "python-decouple",
    "uvicorn",
]
WAYS = ("copied", "installed")

SETTINGS = """
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "a key of a host project that lives in a test alone, and nowhere else"
ALLOWED_HOSTS = ["testserver", "localhost"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "people",
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
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request"]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": BASE_DIR / "db.sqlite3",
        "TEST": {"NAME": ":memory:"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.User"
LOGIN_URL = "/sign-in/"
STATIC_URL = "static/"
USE_TZ = True
"""

URLS = """
from django.http import HttpResponse
from django.urls import include, path, re_path

from people.views import accounting

urlpatterns = [path("accounting/", accounting, name="accounting")]
"""

VIEWS = """
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
"""

MODELS = """
from uuid import uuid4

from django.contrib.auth.models import (
    AbstractBaseUser,
    AbstractUser,
    BaseUserManager,
    PermissionsMixin,
)
from django.core.validators import MinValueValidator, RegexValidator, validate_email
from django.db import models
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils.timezone import now
"""

MANAGE = """
import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "host.settings")
execute_from_command_line(sys.argv)
"""

# What stands before everything that is asked of a host.
PRELUDE = """
import io
import json

import django

django.setup()

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders
from django.core import checks
from django.core.management import call_command
from django.test import Client
from django.urls import get_script_prefix, reverse

from people.models import *

for alias in settings.DATABASES:
    call_command("migrate", run_syncdb=True, verbosity=0, database=alias)


def found(**options):
    messages = checks.run_checks(**options)
    return [m.id for m in messages if (m.id or "").startswith("jupid_embed")]


def get(client, name="jupid_embed:token", **headers):
    url = "/" + reverse(name).removeprefix(get_script_prefix())
    headers = {"accept": "application/json", "sec-fetch-site": "same-origin", **headers}
    response = client.get(url, secure=True, headers=headers)
    return [response.status_code, response.content.decode(), dict(response.headers)]


answer = {}
"""

# What an engineer would look at after the adoption, in one process.
VISIT = """
stranger, known = Client(), Client()
known.force_login(ada)
globals().get("enter_code", lambda client: None)(known)
command = io.StringIO()
call_command("jupid_token", str(ada.pk), stdout=command, no_color=True)
answer = {
    "check": found(),
    "deploy": found(include_deployment_checks=True),
    "key": str(ada.pk),
    "endpoint": reverse("jupid_embed:token"),
    "stranger": get(stranger),
    "known": get(known),
    "page": get(known, "accounting"),
    "command": command.getvalue(),
    "script": bool(finders.find("jupid_embed/mount.js")),
}
"""


class Shape(NamedTuple):
    """What is special about a host, each part added to the skeleton above."""

    models: str
    #: Statements that make a user ``ada`` as this host makes its users.
    ada: str
    answers: dict[str, str]
    #: What her token says: ``sub`` is the text of her key unless it is here.
    claims: dict[str, Any]
    settings: str = ""
    urls: str = ""
    #: What the urls need when jupid_embed's are there, too.
    after: str = ""
    files: dict[str, str] = {}  # noqa: RUF012
    #: The status that somebody gets who is not signed in.
    stranger: int = 401


class Host(NamedTuple):
    """A host project on disk, and the Python that runs it."""

    folder: Path
    python: Path
    package: str
    env: dict[str, str] = PRODUCTION

    def runs(self, *arguments: str | Path, **extra: str) -> str:
        """Run the host's Python, which must succeed; return what it printed."""
        env = helpers.environment(None, **(self.env | extra))
        return helpers.must(self.python, *arguments, cwd=self.folder, env=env)

    def answers(self, *statements: str, **env: str) -> dict[str, Any]:
        """Run statements that fill ``answer``, and return it."""
        script = self.folder / "ask.py"
        text = "\n".join([PRELUDE, *statements, "print(json.dumps(answer))"])
        script.write_text(text, "utf-8")
        answer: dict[str, Any] = json.loads(self.runs(script, **env).splitlines()[-1])
        return answer

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a file of the copied folder, as its owner would."""
        file = self.folder / self.package.replace(".", "/") / name
        text = file.read_text("utf-8")
        assert text.count(old) == 1, f"{name} holds {text.count(old)} times {old!r}"
        file.write_text(text.replace(old, new), "utf-8")

    def passes(self, *tests: str) -> int:
        """Run portable tests, all or those named; return how many passed."""
        names = [f"{self.package}.tests.{test}" for test in tests] or [self.package]
        own = ["tests"] * (self.folder / "tests").exists()
        options = ["-q", "-p", "no:cacheprovider", "--pyargs", *own, *names]
        said = self.runs("-m", "pytest", *options)
        found = re.search(r"(\d+) passed", said)
        assert found, said
        assert "failed" not in said
        return int(found[1])


def claims_of(content: str) -> dict[str, Any]:
    """Verify the token of the endpoint's answer; return what it says."""
    claims: dict[str, Any] = jwt.decode(
        json.loads(content)["token"],
        SECRET,
        algorithms=["HS256"],
        audience="jupid-embed",
        issuer="acme",
    )
    return claims


def blocks(readme: str, section: str, language: str) -> list[str]:
    """Return the code blocks of a language under a heading, up to the next heading."""
    [text] = re.findall(rf"(?ms)^#+ {re.escape(section)}\n(.*?)(?=^#+ |\Z)", readme)
    found = re.findall(rf"(?ms)^```{language}\n(.*?)^```$", text)
    assert found, f"README.md holds no {language} under {section!r}"
    return found


def edits_of(readme: str, package: str) -> dict[str, str]:
    """Return what the three edits of README.md add, by the file of a host."""

    def adopted(code: str, rest: str) -> str:
        code = code.replace("...,", f"*{rest},")
        return re.sub(r"\bjupid_embed(?=[.\"])", package, code)

    settings, urls, page = blocks(readme, "Three edits", "python")
    [template] = blocks(readme, "Three edits", "html")
    return {
        "host/settings.py": adopted(settings, "INSTALLED_APPS"),
        "host/urls.py": adopted(urls, "urlpatterns"),
        "people/views.py": adopted(page, ""),
        "templates/accounting.html": template,
    }


def beside(folder: Path, shared: Path) -> Path:
    """Make an environment that finds what ``shared`` has, too; return its Python."""
    made = helpers.uv(
        "venv", "-q", "--no-project", "-p", sys.executable, folder / ".venv"
    )
    assert made.returncode == 0, made.stderr
    [python] = [*folder.glob(".venv/bin/python"), *folder.glob(".venv/*/python.exe")]
    where = "import sysconfig; print(sysconfig.get_path('purelib'), end='')"
    packages = Path(helpers.must(python, "-c", where))
    (packages / "shared.pth").write_text(helpers.must(shared, "-c", where), "utf-8")
    return python


def install(folder: Path, project: Path, shared: Path, console: str) -> Path:
    """Install as README.md says, beside what the hosts share; return the Python."""
    [line] = [line for line in console.splitlines() if line.startswith("uv add ")]
    _, _, option, source = shlex.split(line)
    python = beside(folder, shared)
    options = ["-q", "--no-deps", "--python", str(python)]
    found = source.replace(f"../{project.name}", str(project))
    done = helpers.uv("pip", "install", *options, option, found)
    assert done.returncode == 0, done.stderr
    return python


def adopt(folder: Path, shape: Shape, project: Path, way: str) -> Host:
    """Write the host, and take jupid_embed in by the steps of the project's README."""
    readme = (project / "README.md").read_text("utf-8")
    console = "\n".join(blocks(readme, "Bring it in", "console"))
    package = "apps.jupid_embed" if way == "copied" else "jupid_embed"
    python = matrix.environment_for("hosts", project, sys.executable, *PACKAGES)
    (folder / "apps").mkdir(parents=True)
    (folder / "apps/__init__.py").touch()
    if way == "copied":
        [line] = [line for line in console.splitlines() if line.startswith("cp ")]
        _, _, source, target = shlex.split(line)
        name = project.name
        here = Path(source.replace(f"../{name}", str(project)))
        shutil.copytree(here, folder / target / here.name)
    else:
        python = install(folder, project, python, console)

    edits = edits_of(readme, package)
    files = {
        "manage.py": MANAGE,
        "host/__init__.py": "",
        "host/settings.py": SETTINGS + shape.settings + edits["host/settings.py"],
        "host/urls.py": URLS + shape.urls + edits["host/urls.py"] + shape.after,
        "people/__init__.py": "",
        "people/models.py": MODELS + shape.models,
        "people/views.py": VIEWS + edits["people/views.py"],
        "templates/accounting.html": edits["templates/accounting.html"],
        "pytest.ini": "[pytest]\npythonpath = .\n",
        **shape.files,
    }
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return Host(folder, python, package)
