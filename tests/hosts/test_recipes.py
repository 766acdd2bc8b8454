"""Each recipe of README.md, taken from it and run in a host that needs it."""

from __future__ import annotations

import re
import shutil
from html import unescape
from typing import TYPE_CHECKING

import pytest

from .host import PRODUCTION, VISIT, WAYS, Shape, adopt, blocks, claims_of
from .shapes import ADA, LOVELACE, NONE, USER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FEWER = ("test_host", "test_identity", "test_views")
DEFAULT = 'return bool(getattr(request.user, "is_active", True))'


def plain(settings: str = "", urls: str = "", **files: str) -> Shape:
    """A host with a user of Django's, and these settings."""
    claims = {**LOVELACE, "payload": {}}
    return Shape(USER, ADA, NONE, claims, settings, urls, files=files)


HOSTS = {
    "django-otp": plain(
        """
INSTALLED_APPS += ["django_otp", "django_otp.plugins.otp_static"]
MIDDLEWARE += ["django_otp.middleware.OTPMiddleware"]
"""
    ),
    "django-hijack": plain(
        """
INSTALLED_APPS += ["hijack"]
MIDDLEWARE += ["hijack.middleware.HijackUserMiddleware"]
LOGIN_REDIRECT_URL = "/"
""",
        'urlpatterns += [path("hijack/", include("hijack.urls"))]\n',
    ),
    "django-allauth": plain(
        """
INSTALLED_APPS += ["allauth", "allauth.account"]
MIDDLEWARE += ["allauth.account.middleware.AccountMiddleware"]
"""
    ),
}
# How somebody comes to be refused, and to be let in, where the recipe is followed.
ASK = {
    "django-otp": """
client = Client()
client.force_login(ada)
answer["refused"] = get(client)
device = ada.staticdevice_set.create(name="codes")
session = client.session
session["otp_device_id"] = device.persistent_id
session.save()
answer["allowed"] = get(client)
""",
    "django-hijack": """
client = Client()
client.force_login(ada)
answer["allowed"] = get(client)
root = User.objects.create_superuser("root", "root@example.com")
client.force_login(root)
client.post("/hijack/acquire/", {"user_pk": ada.pk}, secure=True)
assert client.session["_auth_user_id"] == str(ada.pk)
answer["refused"] = get(client)
""",
    "django-allauth": """
client = Client()
client.force_login(ada)
answer["refused"] = get(client)
email = ada.emailaddress_set.create(email="Ada@Example.com", verified=True)
answer["allowed"] = get(client)
""",
}


@pytest.fixture
def readme(project: Path) -> str:
    return (project / "README.md").read_text("utf-8")


@pytest.mark.parametrize("app", HOSTS)
def test_only_those_open_it_whom_the_recipe_lets(
    app: str, readme: str, baked: Callable[..., Path], tmp_path: Path
) -> None:
    [condition] = re.findall(rf"(?m)^\|[^|]*\({app}\)[^|]*\| `(.*)` \|$", readme)
    assert "it returns `request.user.is_active`, and you may add" in readme
    host = adopt(tmp_path, HOSTS[app], baked(**NONE), "copied")
    host.edit("identity.py", DEFAULT, f"return request.user.is_active and {condition}")
    found = host.answers(ADA, ASK[app])

    status, content, _ = found["refused"]
    assert (status, content) == (403, '{"error": "not_allowed"}')
    status, content, _ = found["allowed"]
    assert status == 200, content
    assert host.passes(*FEWER) > 20


# django-tenants needs PostgreSQL; what it adds to a connection and to the settings is this.
TENANTS = {
    "tenants/__init__.py": "",
    "tenants/base.py": """
from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    schema_name = "public"
""",
}


def test_each_tenant_has_users_of_its_own(
    readme: str, baked: Callable[..., Path], tmp_path: Path
) -> None:
    [recipe] = blocks(readme, "Who may open it", "python")
    settings = """
TENANT_MODEL = "people.Firm"
TENANT_APPS = ["people"]
DATABASES["default"]["ENGINE"] = "tenants"
"""
    host = adopt(tmp_path, plain(settings, **TENANTS), baked(**NONE), "copied")
    before = host.answers("answer = {'check': found()}")
    assert before["check"] == ["jupid_embed.W021"]

    [imported] = re.findall(r"# (from .*)", recipe)
    name = "def build_jupid_sub(user: Any) -> str:"
    host.edit(
        "identity.py",
        "\n\ndef build_jupid_email",
        f"\n\n{recipe}\n\ndef build_jupid_email",
    )
    host.edit(
        "identity.py",
        "from typing import Any\n",
        f"from typing import Any\n\n{imported}\n",
    )
    assert name in recipe
    found = host.answers(
        ADA,
        """
from django.db import connection

client = Client()
client.force_login(ada)
answer["check"] = found()
for connection.schema_name in ("acme", "beta"):
    answer[connection.schema_name] = get(client)
""",
    )
    assert found["check"] == []
    subs = [claims_of(found[name][1])["sub"] for name in ("acme", "beta")]
    assert subs == ["acme:1", "beta:1"]


REST = """
from rest_framework.authentication import TokenAuthentication
from rest_framework.decorators import (
    api_view,
    authentication_classes,
    permission_classes,
)
from rest_framework.permissions import IsAuthenticated
from rest_framework_simplejwt.authentication import JWTAuthentication
"""
NINJA = """
from ninja import NinjaAPI
from ninja.security import HttpBearer
from rest_framework.authtoken.models import Token

api = NinjaAPI()


class BearerAuth(HttpBearer):
    def authenticate(self, request, token):
        found = Token.objects.filter(key=token).first()
        return found and found.user

"""


def test_whoever_signs_in_by_a_token_gets_one_of_ours(
    readme: str, baked: Callable[..., Path], tmp_path: Path
) -> None:
    rest, ninja = blocks(readme, "Who signs in by a token", "python")
    other = "JWTAuthentication"
    assert f"# or simplejwt's {other}" in rest
    jwt_view = rest.replace("TokenAuthentication", other).replace(
        "jupid_token", "by_jwt"
    )
    [imported] = re.findall(r"# (from jupid_embed.*)", rest)
    imported = imported.replace("jupid_embed", "apps.jupid_embed", 1)
    host = adopt(
        tmp_path,
        plain(
            """
INSTALLED_APPS += ["rest_framework", "rest_framework.authtoken"]
""",
            """
from api import rest
from api.bearer import api

urlpatterns += [
    path("api/rest", rest.jupid_token, name="rest"),
    path("api/jwt", rest.by_jwt, name="jwt"),
    path("api/", api.urls),
]
""",
            **{
                "api/__init__.py": "",
                "api/rest.py": f"{imported}\n{REST}\n\n{rest}\n\n{jwt_view}",
                "api/bearer.py": f"{imported}\n{NINJA}\n{ninja}",
            },
        ),
        baked(**NONE),
        "copied",
    )
    found = host.answers(
        ADA,
        """
from rest_framework.authtoken.models import Token
from rest_framework_simplejwt.tokens import AccessToken

token = Token.objects.create(user=ada).key
client = Client()
for name, sign in {
    "rest": f"Token {token}",
    "jwt": f"Bearer {AccessToken.for_user(ada)}",
    "api-1.0.0:jupid_token": f"Bearer {token}",
}.items():
    answer[name] = [
        get(client, name, authorization=sign), get(client, name, authorization="x")
    ]
User.objects.update(email="nobody")
answer["refused"] = get(client, "rest", authorization=f"Token {token}")
""",
    )
    status, content, _ = found.pop("refused")
    assert (status, content) == (422, '{"error": "email_invalid"}')
    assert len(found) == 3
    for (status, content, headers), (nobody, refusal, _) in found.values():
        assert status == 200, content
        assert claims_of(content)["email"] == "ada@example.com"
        assert "no-store" in headers["Cache-Control"]
        assert nobody == 401
        assert "token" not in refusal


NAMES = [name for name in PRODUCTION if name.startswith("JUPID_EMBED_")]
# How a project comes by what its .env holds, at the end of its settings.
LOADERS = {
    "django-environ": "import environ\n\nenviron.Env.read_env(BASE_DIR / '.env')\n",
    "python-decouple": "from decouple import config\n\n"
    + "".join(f'{name} = config("{name}")\n' for name in NAMES),
}


@pytest.mark.parametrize("loader", LOADERS)
def test_environment_is_read_however_the_host_fills_it(
    loader: str, readme: str, baked: Callable[..., Path], tmp_path: Path
) -> None:
    [told] = re.findall(r"python-decouple .*\n`(.*)`, and the others likewise", readme)
    assert f"{told}\n" in LOADERS["python-decouple"]
    host = adopt(tmp_path, plain(), baked(**NONE), "copied")
    host = host._replace(env={"DJANGO_SETTINGS_MODULE": "host.settings"})
    without = host.answers("answer = {'check': found()}")
    assert without["check"] == ["jupid_embed.W001"]

    lines = [f"{name}={PRODUCTION[name]}\n" for name in NAMES]
    (tmp_path / ".env").write_text("".join(lines), "utf-8")
    with (tmp_path / "host/settings.py").open("a", encoding="utf-8") as settings:
        settings.write(LOADERS[loader])
    found = host.answers(ADA, VISIT)

    assert found["check"] == found["deploy"] == []
    status, content, _ = found["known"]
    assert status == 200, content
    assert claims_of(content)["iss"] == "acme"
    assert PRODUCTION["JUPID_EMBED_APP_URL"] in found["page"][1]
    assert host.passes("test_host", "test_checks", "test_tokens") > 20


PAGE = """
client = Client()
client.force_login(ada)
answer["page"] = get(client, "accounting")[1]
"""
PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
GERMAN = "Auf Deutsch: „{}“ & das übersetzt"


def sentences(page: str) -> dict[str, str]:
    """Return what the embed says on a page, by where it stands."""
    found = dict(re.findall(r'data-(text-[\w-]+)="([^"]*)"', page))
    [found["inside"]] = re.findall(r"<jupid-embed[^>]*><span>(.*)</span>", page)
    return {name: unescape(text) for name, text in found.items()}


@pytest.mark.parametrize("way", WAYS)
def test_embed_speaks_the_language_of_the_host(
    way: str, readme: str, baked: Callable[..., Path], tmp_path: Path
) -> None:
    if not (shutil.which("xgettext") and shutil.which("msgfmt")):
        pytest.skip("makemessages and compilemessages need gettext, which is not here")
    settings = 'LANGUAGE_CODE = "de"\nLOCALE_PATHS = [BASE_DIR / "locale"]\n'
    host = adopt(tmp_path, plain(settings), baked(**NONE), way)
    english = sentences(host.answers(ADA, PAGE)["page"])
    assert len(english) == 10
    [known] = re.findall(r'as in `msgid "(.+)"`', readme)
    assert known == english["text-retry"]

    po = tmp_path / "locale/de/LC_MESSAGES/django.po"
    po.parent.mkdir(parents=True)
    if way == "copied":
        host.runs("manage.py", "makemessages", "--locale=de", "--no-wrap")
        text = po.read_text("utf-8")
    else:
        rows = [f'msgid "{sentence}"\nmsgstr ""\n' for sentence in english.values()]
        text = PO + "\n".join(rows)
    for sentence in english.values():
        old = f'msgid "{sentence}"\nmsgstr "'
        assert text.count(old) == 1, text
        text = text.replace(old, old + GERMAN.format(sentence))
    po.write_text(text, "utf-8")
    host.runs("manage.py", "compilemessages")

    german = host.answers("ada = get_user_model().objects.get()", PAGE)["page"]
    assert sentences(german) == {
        name: GERMAN.format(sentence) for name, sentence in english.items()
    }
    assert host.passes("test_templatetags", "test_host") > 10
