from __future__ import annotations

import pytest
from django.urls import reverse_lazy
from pytest_django import Settings

from .test_templatetags import plain_project, render

__all__ = ["plain_project"]


def test_names_are_written_as_people_write_them() -> None:
    """HTML asks for no case, and those who search the page do."""
    html = render('shell="topbar" chat="enabled"')

    names = ["loading", "signed-out", "sign-in", "no-email", "not-allowed"]
    names += ["unreachable", "blocked", "broken", "retry"]
    names = [f"data-text-{name}" for name in names]
    names += ["data-app-url", "data-endpoint", "data-login-url", "data-partner-id"]
    for name in [*names, "initial-path", "shell", "chat"]:
        assert f' {name}="' in html


def test_a_path_may_be_looked_up_late() -> None:
    path = reverse_lazy("jupid_embed:token")

    html = render("initial_path=path", path=path)

    assert 'initial-path="/api/jupid/embed-token"' in html


@pytest.mark.parametrize(
    "url", ["http://sso.example/in", "HTTPS://sso.example/in", "\nhttps://sso.example/"]
)
def test_a_login_page_of_the_web_is_one(settings: Settings, url: str) -> None:
    settings.LOGIN_URL = url

    assert f'data-login-url="{url}"' in render()
