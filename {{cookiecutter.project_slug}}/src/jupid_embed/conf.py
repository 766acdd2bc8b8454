"""The four settings of Jupid Embed, and where each comes from.

Django's settings win, then the environment, then the defaults below. They are read at
the time of use, so that it does not matter how or when a project loads its environment.
"""

import os
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

DEFAULTS = {
    # The partner ID that Jupid gave you: the token's issuer.
    "JUPID_EMBED_PARTNER_ID": {{ cookiecutter.partner_id | literal }},
    # Whom the token is for.
    "JUPID_EMBED_AUDIENCE": {{ cookiecutter.audience | literal }},
    # The origin that Jupid's app runs on, without a closing slash.
    "JUPID_EMBED_APP_URL": {{ cookiecutter.app_url | literal }},
    # The key that signs tokens, shared with Jupid. It belongs in the environment alone.
    "JUPID_EMBED_SECRET": "",
}


def get(name: str) -> str:
    """Return a setting by its documented name; "" for a secret that is not set.

    An empty variable and a setting that is None count as not set; one that is "" is set,
    and wins. Raises ImproperlyConfigured for a setting that is no text.
    """
    value, found_in = find(name)
    if isinstance(value, str):
        return str(value)  # an object that is lazy becomes the text that it stands for
    value = type(value).__name__  # error reports print the variables of this frame
    raise ImproperlyConfigured(f"{name} in {found_in} must be a str, not {value}.")


def find(name: str) -> tuple[Any, str]:
    """Return a setting as it stands, and in words for a message where it does."""
    if (value := getattr(settings, name, None)) is not None:
        return value, "Django's settings"
    if value := os.environ.get(name):
        return value, "the environment"
    return DEFAULTS[name], "the defaults of conf.py" if DEFAULTS[name] else "nowhere"
