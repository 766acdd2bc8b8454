"""Hosts of many shapes take jupid_embed in, and everything that README.md says holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .host import VISIT, WAYS, Shape, adopt, claims_of
from .shapes import ADA, NONE, SHAPES, USER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# What is asked of the way that costs more; the other runs every portable test.
FEWER = ("test_host", "test_identity", "test_tokens")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", SHAPES)
def test_host_adopts_it_and_its_tests_pass_unedited(
    name: str, way: str, baked: Callable[..., Path], tmp_path: Path
) -> None:
    shape = SHAPES[name]
    assert check(shape, way, baked(**shape.answers), tmp_path) > 20


def check(shape: Shape, way: str, project: Path, folder: Path) -> int:
    """Fail unless the host works; return how many portable tests passed unedited."""
    host = adopt(folder, shape, project, way)
    found = host.answers(shape.ada, VISIT)

    assert found["check"] == found["deploy"] == []
    status, _, _ = found["stranger"]
    assert status == shape.stranger
    status, content, headers = found["known"]
    assert status == 200, content
    claims = claims_of(content)
    expected = {"sub": found["key"], **shape.claims}
    assert {name: claims[name] for name in expected} == expected
    assert set(headers["Cache-Control"].split(", ")) == {"private", "no-store"}
    status, content, headers = found["page"]
    assert status == 200
    assert content.count("<jupid-embed") == 1
    assert found["endpoint"] in content
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"
    assert found["script"] is True
    assert expected["sub"] in found["command"]

    return host.passes(*FEWER if way == "installed" else ())


def test_urls_that_a_middleware_chooses_are_left_alone(
    baked: Callable[..., Path], tmp_path: Path
) -> None:
    silenced = 'SILENCED_SYSTEM_CHECKS = ["jupid_embed.E007"]\n'
    settings = f'ROOT_URLCONF = "host.bare"\n{silenced}'
    files = {"host/bare.py": "urlpatterns = []\n"}
    shape = Shape(USER, ADA, NONE, {}, settings, files=files)

    assert adopt(tmp_path, shape, baked(**NONE), "copied").passes(
        "test_host", "test_tokens"
    )
