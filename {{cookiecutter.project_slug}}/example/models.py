{% set models = cookiecutter | example_models -%}
"""A user of the shape that jupid_embed/identity.py reads."""

from __future__ import annotations

{% if "uuid4" in models -%}
from uuid import uuid4

{% endif -%}
from django.contrib.auth.models import AbstractUser
{%- if "models." in models %}
from django.db import models
{%- endif %}


{{ models }}
