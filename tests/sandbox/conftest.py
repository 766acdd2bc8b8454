"""One sandbox for all of these tests, which has met nobody yet."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from .client import ORIGIN, Sandbox
from .forge import SECRET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def process(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sandbox]:
    with Sandbox(project, tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def sandbox(process: Sandbox) -> Sandbox:
    process.reset()
    return process


@pytest.fixture
def start(project: Path, tmp_path: Path) -> Iterator[Callable[..., Sandbox]]:
    """Starts a sandbox for this test alone; the options replace those that are good."""
    with ExitStack() as stack:
        yield lambda *arguments, **extra: stack.enter_context(
            Sandbox(project, tmp_path, *arguments, **extra)
        )


@pytest.fixture(scope="session")
def room(project: Path) -> Iterator[Callable[[str], Any]]:
    """Imports a module of the baked sandbox that needs no running Django."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(project))
        yield lambda name: import_module(f"sandbox.{name}")
        for name in [name for name in sys.modules if name.startswith("sandbox")]:
            del sys.modules[name]


@pytest.fixture(scope="session")
def partner(room: Callable[[str], Any]) -> Any:
    made = room("partner").Partner
    return made(partner_id="acme", secret=SECRET, origins=(ORIGIN,))


@pytest.fixture(scope="session")
def verify(room: Callable[[str], Any], partner: Any) -> Callable[..., Any]:
    """The report on a token that came from the allowed origin."""
    function = room("verify").verify

    def report(token: object, *, now: float) -> Any:
        return function(
            token, origin=ORIGIN, partner_id="acme", partner=partner, now=now
        )

    return report
