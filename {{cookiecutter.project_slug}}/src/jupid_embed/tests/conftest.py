"""Settings for these tests, so that they need nothing of the environment."""

from __future__ import annotations

import pytest
from pytest_django import Settings

SECRET = "a secret of these tests, and of nothing else"


@pytest.fixture(autouse=True)
def jupid_settings(settings: Settings) -> None:
    settings.JUPID_EMBED_PARTNER_ID = "acme"
    settings.JUPID_EMBED_AUDIENCE = "jupid-embed"
    settings.JUPID_EMBED_APP_URL = "https://app.jupid.example"
    settings.JUPID_EMBED_SECRET = SECRET
    settings.ROOT_URLCONF = f"{__package__}.urls"
    settings.LOGIN_URL = "/accounts/login/"
