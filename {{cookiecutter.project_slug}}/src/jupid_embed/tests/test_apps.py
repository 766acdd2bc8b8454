from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.core.checks.registry import CheckRegistry

from .. import apps as embed_apps
from .. import checks


def test_app_registers_the_security_checklist(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = CheckRegistry()
    monkeypatch.setattr(embed_apps, "register", registry.register)

    apps.get_app_config("jupid_embed").ready()

    always: list[Any] = registry.get_checks()
    before_deployment: list[Any] = registry.get_checks(include_deployment_checks=True)
    assert always == [checks.check_settings]
    assert set(before_deployment) == {checks.check_settings, checks.check_deployment}
    assert [check.tags for check in before_deployment] == [("security",)] * 2
