"""django-csp 3 and 4 by themselves: what the checks read, and the nonce of the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from .. import helpers
from .host import Host, Shape, adopt, beside
from .shapes import ADA, NONE, USER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RELEASES = {3: "django-csp<4", 4: "django-csp>=4,<5"}
APP = "https://app.jupid.com"
SELF = "'self'"
NONCE = "<nonce>"

Policy = dict[str, list[str]]

# Each policy with the checks that it breaks.
STRICT: Policy = {"default-src": ["'none'"], "connect-src": [SELF], "frame-src": [APP]}
POLICIES: dict[str, tuple[Policy, str]] = {
    "the default": ({}, "W012 W013"),
    "nothing": ({"default-src": ["'none'"]}, "W012 W013 W014"),
    "self alone": ({"default-src": [SELF]}, "W012 W013"),
    "a nonce": ({**STRICT, "script-src": [NONCE]}, ""),
    "a nonce and more": ({**STRICT, "script-src": [SELF, NONCE, APP]}, ""),
    "a nonce for everything": ({**STRICT, "default-src": [NONCE]}, ""),
    "a list": ({**STRICT, "script-src": [SELF, APP]}, ""),
    "a list without us": ({**STRICT, "script-src": [SELF]}, "W012"),
    "elements": ({**STRICT, "script-src": [NONCE], "script-src-elem": [SELF]}, "W012"),
    "strict-dynamic": ({**STRICT, "script-src": [NONCE, "'strict-dynamic'"]}, ""),
    "strict-dynamic alone": (
        {**STRICT, "script-src": [SELF, APP, "'strict-dynamic'"]},
        "W012",
    ),
    "other frames": ({**STRICT, "script-src": [NONCE], "frame-src": [SELF]}, "W013"),
    "other fetches": ({**STRICT, "script-src": [NONCE], "connect-src": [APP]}, "W014"),
}
URLS = """
from django.views.generic import TemplateView

included = TemplateView.as_view(template_name="included.html")
urlpatterns += [path("included/", included, name="included")]
"""
INCLUDED = '{% include "accounting.html" only %}'
VISIT = """
from django.test import override_settings

client = Client()
client.force_login(ada)
for name, settings_of_policy in policies.items():
    with override_settings(**settings_of_policy):
        deploy = found(include_deployment_checks=True)
        pages = [get(client, name) for name in ("accounting", "included")]
        answer[name] = {"deploy": deploy, "pages": pages}
"""


def settings_of(release: int, policy: Policy, *, reports: bool = False) -> Any:
    """Return the settings by which a release of django-csp is told the policy.

    In those of django-csp 4 its own NONCE stands as the text ``NONCE``.
    """
    if release == 4:
        name = "CONTENT_SECURITY_POLICY" + "_REPORT_ONLY" * reports
        return {name: {"DIRECTIVES": policy}}
    settings: dict[str, Any] = {"CSP_REPORT_ONLY": reports}
    for directive, sources in policy.items():
        name = f"CSP_{directive.upper().replace('-', '_')}"
        settings[name] = [source for source in sources if source != NONCE]
    settings["CSP_INCLUDE_NONCE_IN"] = [n for n in policy if NONCE in policy[n]]
    return settings


@pytest.fixture(scope="module", params=RELEASES)
def seen(
    request: pytest.FixtureRequest,
    baked: Callable[..., Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """What a host with this release says of each policy, and its pages under it."""
    release: int = request.param
    folder = tmp_path_factory.mktemp("csp")
    shape = Shape(
        USER,
        ADA,
        NONE,
        {},
        'MIDDLEWARE += ["csp.middleware.CSPMiddleware"]\n',
        URLS,
        files={"templates/included.html": INCLUDED},
    )
    host = adopt(folder / "host", shape, baked(**NONE), "copied")
    python = beside(folder, host.python)
    options = ["-q", "--no-deps", "--python", str(python)]
    done = helpers.uv("pip", "install", *options, RELEASES[release])
    assert done.returncode == 0, done.stderr
    host = Host(host.folder, python, host.package)
    version = "from importlib.metadata import version; print(version('django-csp'))"
    assert host.runs("-c", version).startswith(f"{release}.")

    policies = {
        name: settings_of(release, policy) for name, (policy, _) in POLICIES.items()
    }
    nothing = {"default-src": ["'none'"]}
    policies["reports alone"] = settings_of(release, nothing, reports=True)
    written = f"policies = {policies!r}".replace(repr(NONCE), "NONCE")
    start = "from csp.constants import NONCE" if release == 4 else ""
    return host.answers(start, written, ADA, VISIT)


@pytest.mark.parametrize("name", POLICIES)
def test_checks_read_the_policy(seen: dict[str, Any], name: str) -> None:
    expected = [f"jupid_embed.{number}" for number in POLICIES[name][1].split()]

    assert seen[name]["deploy"] == expected


def test_policy_that_only_reports_is_left_alone(seen: dict[str, Any]) -> None:
    assert seen["reports alone"]["deploy"] == []
    for _, _, headers in seen["reports alone"]["pages"]:
        assert "Content-Security-Policy" not in headers
        assert headers["Content-Security-Policy-Report-Only"] == "default-src 'none'"


@pytest.mark.parametrize("name", [name for name in POLICIES if "nonce" in name])
def test_scripts_of_the_page_have_the_nonce_of_its_policy(
    seen: dict[str, Any], name: str
) -> None:
    nonces = set()
    for status, content, headers in seen[name]["pages"]:
        assert status == 200
        [nonce] = re.findall(r"'nonce-(.*?)'", headers["Content-Security-Policy"])
        assert re.findall(r'<script [^>]* nonce="(.*?)"', content) == [nonce]
        nonces.add(nonce)
    assert len(nonces) == 2
