"""The four settings of Jupid Embed, from the environment.

Use them in your project's settings: ``from jupid_embed.settings import *``.
"""

from __future__ import annotations

import os

__all__ = [
    "JUPID_EMBED_APP_URL",
    "JUPID_EMBED_AUDIENCE",
    "JUPID_EMBED_PARTNER_ID",
    "JUPID_EMBED_SECRET",
]

# The partner ID that Jupid gave you: the token's issuer.
{% set name = '"JUPID_EMBED_PARTNER_ID"' -%}
{{ call("JUPID_EMBED_PARTNER_ID = os.environ.get", [name, cookiecutter.partner_id | literal]) }}

# Whom the token is for.
{% set name = '"JUPID_EMBED_AUDIENCE"' -%}
{{ call("JUPID_EMBED_AUDIENCE = os.environ.get", [name, cookiecutter.audience | literal]) }}

# The origin that Jupid's app runs on, without a closing slash.
{% set name = '"JUPID_EMBED_APP_URL"' -%}
{{ call("JUPID_EMBED_APP_URL = os.environ.get", [name, cookiecutter.app_url | literal]) }}

# The key that signs tokens, shared with Jupid. It has no default: it belongs in the
# environment alone. `manage.py check` says so where it is missing.
JUPID_EMBED_SECRET = os.environ.get("JUPID_EMBED_SECRET", "")
