"""Firefox and WebKit, one window of each for all of its tests."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ..pages.rig import Rig, rig
from .driver import ENGINES, Engine, missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def rigged(
    baked: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rig]:
    with rig(baked(payload_fields="none"), tmp_path_factory.mktemp("rig")) as running:
        yield running


# Each engine is another worker's, where there are two.
@pytest.fixture(
    scope="session",
    params=[pytest.param(n, marks=pytest.mark.xdist_group(n)) for n in ENGINES],
)
def window(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if lacking := missing(request.param):
        reason = f"No {' or '.join(lacking)} here; .ci/run names its Debian package."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with ENGINES[request.param][0]() as engine:
        yield engine


@pytest.fixture
def engine(window: Engine, rigged: Rig) -> Engine:
    """A window of somebody who is signed in."""
    window.renew()
    window.open(f"{rigged.origin}/sign-in/ada/")
    return window


# When nothing of the last test's page is on its way any more.
@pytest.fixture
def host(engine: Engine, rigged: Rig) -> Rig:
    rigged.reset()
    return rigged
