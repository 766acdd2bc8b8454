"""What the tests of the answers share."""

from __future__ import annotations

import django
import pytest
from django.apps import apps
from django.conf import settings


@pytest.fixture(scope="session")
def django_names() -> tuple[set[str], set[str]]:
    """What dir() says of a model and of a user on the Django that is installed."""
    if not settings.configured:
        known = ["django.contrib.auth", "django.contrib.contenttypes"]
        settings.configure(INSTALLED_APPS=known)
        django.setup()
    from django.contrib.auth.models import AbstractUser
    from django.db import models

    assert apps.ready
    options = {"app_label": "names"}
    module = {"__module__": __name__}
    meta = {"Meta": type("Meta", (), options)}
    row = type("Row", (models.Model,), {**module, **meta})
    user = type("User", (AbstractUser,), {**module, **meta})
    return public_names(row), public_names(user)


def public_names(model: type) -> set[str]:
    return {
        name for name in dir(model) if not name.startswith("_") and "__" not in name
    }
