"""Each check of the checklist, as ``manage.py check`` prints it in a host at fault."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

import pytest

from .. import helpers, matrix
from .host import PRODUCTION, SECRET, Host, Shape, adopt
from .shapes import ADA, NONE, USER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DEVELOPMENT = {
    "JUPID_EMBED_APP_URL": "http://localhost:8001",
    "JUPID_EMBED_PARTNER_ID": "your-partner-id",
    "JUPID_EMBED_SECRET": f"dev-{SECRET}",
}
FILES = {
    "host/bare.py": "urlpatterns = []\n",
    "host/spa.py": """
from django.http import HttpResponse
from django.urls import re_path

from host.urls import urlpatterns


def spa(request):
    return HttpResponse("<div id=app></div>")


urlpatterns = [re_path(r"^.*$", spa), *urlpatterns]
""",
    "people/middleware.py": """
from django.contrib.auth.middleware import LoginRequiredMiddleware


class StaffLoginMiddleware(LoginRequiredMiddleware):
    pass
""",
}
MODELS = """


class Machine(AbstractBaseUser):
    number = models.CharField(max_length=9, unique=True)
    USERNAME_FIELD = "number"
    objects = BaseUserManager()
"""


class Row(NamedTuple):
    """A fault: where it stands, and all that the check says of it."""

    said: str
    settings: str = ""
    #: Added to the environment of production.
    env: dict[str, str] = {}  # noqa: RUF012
    deploy: bool = False


def secret(value: str) -> dict[str, str]:
    return {"JUPID_EMBED_SECRET": value}


ROWS = {
    "nothing": Row(""),
    "nothing in production": Row("", deploy=True),
    "values for development": Row("", env=DEVELOPMENT),
    "the same in production": Row(
        """
JUPID_EMBED_APP_URL from the environment: (jupid_embed.E011) JUPID_EMBED_APP_URL is
http, so tokens would cross the network in the clear.
  HINT: Set this environment variable to "https://app.jupid.com" for production.
JUPID_EMBED_PARTNER_ID from the environment: (jupid_embed.E009) JUPID_EMBED_PARTNER_ID
is the placeholder your-partner-id, which Jupid rejects.
  HINT: Set this environment variable to the partner ID that Jupid sent you.
JUPID_EMBED_SECRET from the environment: (jupid_embed.E008) JUPID_EMBED_SECRET is the
secret for development.
  HINT: Set this environment variable to the secret that Jupid sent you.
""",
        env=DEVELOPMENT,
        deploy=True,
    ),
    "no secret": Row(
        """
JUPID_EMBED_SECRET from nowhere: (jupid_embed.W001) JUPID_EMBED_SECRET is not set, so
no token can be signed.
  HINT: Set this environment variable to the secret that Jupid sent you.
""",
        env=secret(""),
    ),
    "no secret in production": Row(
        """
JUPID_EMBED_SECRET from nowhere: (jupid_embed.E001) JUPID_EMBED_SECRET is not set, so
no token can be signed.
  HINT: Set this environment variable to the secret that Jupid sent you.
JUPID_EMBED_SECRET from nowhere: (jupid_embed.W001) JUPID_EMBED_SECRET is not set, so
no token can be signed.
  HINT: Set this environment variable to the secret that Jupid sent you.
""",
        env=secret(""),
        deploy=True,
    ),
    "a secret with its line break": Row(
        """
JUPID_EMBED_SECRET from the environment: (jupid_embed.E002) JUPID_EMBED_SECRET starts
or ends with white space, so Jupid would refuse it.
  HINT: Remove the space or the line break around it; a file's last line often adds
  one.
""",
        env=secret(f"{SECRET}\n"),
    ),
    "half a secret": Row(
        """
JUPID_EMBED_SECRET from the environment: (jupid_embed.E003) JUPID_EMBED_SECRET is
shorter than 32 bytes, so no token is signed with it.
  HINT: Use the whole secret that Jupid sent you.
""",
        env=secret(SECRET[:31]),
    ),
    "a secret with its quotes": Row(
        """
JUPID_EMBED_SECRET from the environment: (jupid_embed.E016) JUPID_EMBED_SECRET holds
quotes around it, its own name, a line break, a byte order mark or another sign that
cannot be seen.
  HINT: Write the bare secret, as Jupid sent it, into a file in UTF-8.
""",
        env=secret(f'"{SECRET}"'),
    ),
    "a secret that repeats itself": Row(
        """
JUPID_EMBED_SECRET from the environment: (jupid_embed.W017) JUPID_EMBED_SECRET is a
placeholder, repeats itself or is Django's SECRET_KEY.
  HINT: Set this environment variable to the secret that Jupid sent you.
""",
        env=secret("secret" * 6),
    ),
    "the same in production, and a page of examples": Row(
        """
JUPID_EMBED_APP_URL from the environment: (jupid_embed.E010) JUPID_EMBED_APP_URL points
to example.com, where Jupid is not.
  HINT: Set this environment variable to the app URL that Jupid sent you.
JUPID_EMBED_SECRET from the environment: (jupid_embed.E017) JUPID_EMBED_SECRET is a
placeholder, repeats itself or is Django's SECRET_KEY.
  HINT: Set this environment variable to the secret that Jupid sent you.
JUPID_EMBED_SECRET from the environment: (jupid_embed.W017) JUPID_EMBED_SECRET is a
placeholder, repeats itself or is Django's SECRET_KEY.
  HINT: Set this environment variable to the secret that Jupid sent you.
""",
        env=secret("secret" * 6) | {"JUPID_EMBED_APP_URL": "https://jupid.example.com"},
        deploy=True,
    ),
    "a secret that is no text": Row(
        """
JUPID_EMBED_SECRET from Django's settings: (jupid_embed.E015) JUPID_EMBED_SECRET is no
UTF-8 text, so no token can be signed.
  HINT: Set this environment variable to the secret that Jupid sent you.
""",
        f'JUPID_EMBED_SECRET = "{SECRET}\\udce9"\n',
    ),
    "settings of other types": Row(
        """
JUPID_EMBED_PARTNER_ID: (jupid_embed.E000) A setting of Jupid Embed is no text.
  HINT: Write a str, such as "acme", or leave it out and set the environment variable.
JUPID_EMBED_AUDIENCE: (jupid_embed.W000) A setting of Jupid Embed is None, and so
counts as not set.
  HINT: Leave it out: then the environment variable is read, at the time of use.
""",
        "JUPID_EMBED_PARTNER_ID = 7\nJUPID_EMBED_AUDIENCE = None\n",
    ),
    "values that Jupid does not know": Row(
        """
JUPID_EMBED_APP_URL from the environment: (jupid_embed.E006) JUPID_EMBED_APP_URL is no
origin.
  HINT: Write "https://" and the host in lower case, as in "https://app.jupid.com",
  without a path or a closing slash. Plain http is for localhost alone.
JUPID_EMBED_AUDIENCE from the environment: (jupid_embed.E005) JUPID_EMBED_AUDIENCE is
no audience.
  HINT: Write "jupid-embed", unless Jupid told you another one.
JUPID_EMBED_PARTNER_ID from the environment: (jupid_embed.E004) JUPID_EMBED_PARTNER_ID
is no partner ID.
  HINT: Write 1 to 128 letters, digits, ".", "_" or "-", a letter or digit first.
""",
        env={
            "JUPID_EMBED_APP_URL": "https://app.jupid.com/",
            "JUPID_EMBED_AUDIENCE": "jupid embed",
            "JUPID_EMBED_PARTNER_ID": "Acme Inc.",
        },
    ),
    "urls without the include": Row(
        """
?: (jupid_embed.E007) The token endpoint is not routed, so no page can fetch a token.
  HINT: Add path("api/jupid/", include("apps.jupid_embed.urls")) to your root urls.py.
  Silence this where it stands in urls that a middleware of yours chooses.
""",
        'ROOT_URLCONF = "host.bare"\n',
    ),
    "a page that takes every path above the include": Row(
        """
/api/jupid/embed-token leads to host.spa.spa: (jupid_embed.E019) Another route takes
the requests for the token endpoint.
  HINT: Move path("api/jupid/", include("apps.jupid_embed.urls")) above that route.
""",
        'ROOT_URLCONF = "host.spa"\n',
    ),
    "no middleware for users": Row(
        """
?: (jupid_embed.E020) No middleware says who is signed in, so every request for a token
fails.
  HINT: Add Django's AuthenticationMiddleware, or silence this where one of yours does
  it.
""",
        "MIDDLEWARE = [path for path in MIDDLEWARE if '.auth.' not in path]\n",
    ),
    "users without the fields": Row(
        """
build_jupid_email: 'Machine' object has no attribute 'email': (jupid_embed.E018)
identity.py reads a name that your user model lacks, so no token can be made.
  HINT: Correct the name there; what some users alone have is read by getattr().
build_jupid_name: 'Machine' object has no attribute 'get_full_name': (jupid_embed.E018)
identity.py reads a name that your user model lacks, so no token can be made.
  HINT: Correct the name there; what some users alone have is read by getattr().
""",
        'AUTH_USER_MODEL = "people.Machine"\n',
    ),
    "users of tenants": Row(
        """
?: (jupid_embed.W021) Every tenant has a user 1, and each of them is sub 1: one user to
Jupid.
  HINT: Put the tenant into build_jupid_sub: f"{connection.schema_name}:{user.pk}".
""",
        'TENANT_MODEL = "people.Firm"\n',
    ),
    "a login middleware": Row(
        """
people.middleware.StaffLoginMiddleware: (jupid_embed.I022) A login middleware of your
own stands before the token endpoint.
  HINT: Where it redirects, mount.js offers LOGIN_URL; where that is no help, answer
  403.
""",
        'MIDDLEWARE += ["people.middleware.StaffLoginMiddleware"]\n',
        deploy=True,
    ),
    "a policy of django-csp": Row(
        """
default-src: (jupid_embed.W012) The Content Security Policy blocks mount.js, or Jupid's
embed.js.
  HINT: In script-src allow a nonce, which 'strict-dynamic' needs, or
  JUPID_EMBED_APP_URL and what serves your static files: 'self', unless STATIC_URL
  names a host. In trusted-types, where there is one, allow jupid-embed.
default-src: (jupid_embed.W013) The Content Security Policy blocks Jupid's iframe.
  HINT: Allow JUPID_EMBED_APP_URL in frame-src.
default-src: (jupid_embed.W014) The Content Security Policy blocks the fetch of the
token.
  HINT: Allow 'self' in connect-src.
""",
        """
MIDDLEWARE += ["csp.middleware.CSPMiddleware"]
CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"default-src": ["'none'"]}}
""",
        deploy=True,
    ),
    "a policy of django-csp that allows it": Row(
        "",
        """
from csp.constants import NONCE, SELF

MIDDLEWARE += ["csp.middleware.CSPMiddleware"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "connect-src": [SELF],
        "frame-src": ["https://app.jupid.com"],
        "script-src": [NONCE],
    }
}
""",
        deploy=True,
    ),
    "Django's own middleware for logins, and tenants who share their users": Row(
        "",
        """
MIDDLEWARE += ["django.contrib.auth.middleware.LoginRequiredMiddleware"]
TENANT_MODEL = "people.Firm"
TENANT_APPS = ["firms"]
""",
        deploy=True,
    ),
}


@pytest.fixture(scope="module")
def host(baked: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Host:
    shape = Shape(USER + MODELS, ADA, NONE, {}, files=FILES)
    return adopt(tmp_path_factory.mktemp("host"), shape, baked(**NONE), "copied")


def spaced(text: str) -> str:
    return " ".join(text.split())


def check(host: Host, row: Row, *command: str) -> tuple[str, int]:
    """Return what a command of manage.py says about the embed, and its exit status.

    White space counts as one space, as in what a row says.
    """
    # Bytecode of the same second and size would stand for other settings.
    name = f"faulty_{crc32(row.settings.encode())}"
    text = f"from host.settings import *\n\n{row.settings}"
    (host.folder / f"host/{name}.py").write_text(text, "utf-8")
    names = {**PRODUCTION, "DJANGO_SETTINGS_MODULE": f"host.{name}", **row.env}
    env = helpers.environment(None, **names)
    command = command or ("check", *["--deploy", "--tag=security"] * row.deploy)
    done = helpers.run(host.python, "manage.py", *command, cwd=host.folder, env=env)
    assert "Traceback" not in done.stderr, done.stderr
    said = re.findall(r"(?m)^.*: \(jupid_embed\.\w+\).*\n(?:\t.*\n)?", done.stderr)
    return spaced("".join(said)), done.returncode


@pytest.mark.parametrize("fault", ROWS)
def test_check_says_what_is_wrong_and_what_to_do(fault: str, host: Host) -> None:
    row = ROWS[fault]

    assert check(host, row) == (spaced(row.said), "jupid_embed.E" in row.said)


def test_no_check_is_missing_from_the_table(project: Path) -> None:
    text = (project / "src/jupid_embed/checks.py").read_text("utf-8")
    numbers = {*re.findall(r"(?m)^([EWI]\d{3}) ", text), "W001", "W017"}
    rows = "".join(row.said for row in ROWS.values())

    assert set(re.findall(r"jupid_embed\.(\w+)\)", rows)) == numbers


def test_colleague_without_a_secret_can_migrate(host: Host) -> None:
    without = ROWS["no secret"]

    migrated = check(host, without, "migrate", "--run-syncdb")
    assert migrated == (spaced(without.said), 0)
    assert check(host, ROWS["half a secret"], "migrate")[1] == 1


DJANGO_6 = """
from django.utils.csp import CSP

MIDDLEWARE += ["django.middleware.csp.ContentSecurityPolicyMiddleware"]
SECURE_CSP = {"default-src": [CSP.NONE]}
"""
ALLOWED = """
SECURE_CSP["connect-src"] = [CSP.SELF]
SECURE_CSP["frame-src"] = ["https://app.jupid.com"]
SECURE_CSP["script-src"] = [CSP.NONCE]
"""


@pytest.mark.parametrize(
    ("settings", "said"),
    [(DJANGO_6, ROWS["a policy of django-csp"].said), (DJANGO_6 + ALLOWED, "")],
    ids=["blocks it", "allows it"],
)
def test_policy_of_django_6_is_read_too(
    settings: str, said: str, host: Host, project: Path
) -> None:
    cells = matrix.all_cells([one for one in helpers.interpreters() if one >= (3, 10)])
    modern = [cell for cell in matrix.covering(cells) if cell.django >= "6"]
    if not modern:
        pytest.skip("Django 6 needs Python 3.12, which is not installed here")
    python = matrix.environment_of(modern[0], project)
    row = Row(said, settings, deploy=True)

    assert check(host._replace(python=python), row) == (spaced(said), 0)
