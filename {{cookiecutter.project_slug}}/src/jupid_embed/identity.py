{% set behind = cookiecutter | behind_relations -%}
{% macro read(target, path) %}
{%- if "." in path %}
    {{ target }}: Any = None
    with missing_relation_skipped():
        {{ target }} = user.{{ path }}
{%- else %}
    {{ target }} = user.{{ path }}
{%- endif %}
{%- endmacro -%}
{% filter wrapped -%}
"""Which of the user's fields go into the token, and who may open the embed.

This is the file to edit when your user model changes.
"""

{% if behind -%}
from collections.abc import Iterator
from contextlib import contextmanager
{% endif -%}
from typing import Any

{% if behind -%}
from django.core.exceptions import ObjectDoesNotExist
{% endif -%}
from django.http import HttpRequest


def build_jupid_sub(user: Any) -> str:
    """Return the ``sub`` claim: your durable ID of the user, by which Jupid knows them.

    It must be the same every time and is never an email. Empty where there is none.
    """
{{- read("user_id", cookiecutter.user_id_field) }}
    return "" if user_id is None else str(user_id)


def build_jupid_email(user: Any) -> str:
    """Return the ``email`` claim, which Jupid keeps from the first visit; "" for none."""
{{- read("email", cookiecutter.email_field) }}
    return str(email or "").strip()


def build_jupid_name(user: Any) -> str:
    """Return the ``name`` claim: the display name, or the username where it is blank."""
{%- if cookiecutter.name_field == "get_full_name()" %}
    name = user.get_full_name()  # "None None" where the model has neither name
    return str(name or "").replace("None None", "").strip() or str(user.get_username())
{%- else %}
{{- read("name", cookiecutter.name_field) }}
    return str(name or "").strip() or str(user.get_username())
{%- endif %}


def build_jupid_payload(user: Any) -> dict[str, Any]:
    """Return the ``payload`` claim: what else Jupid stores about the user."""
{%- for block in cookiecutter | payload_blocks %}
{%- if loop.first %}
    payload: dict[str, Any] = {}
{%- endif %}
{%- for row in block.rows %}
{%- if row.start == "user" and row.path.count(".") == 1 %}
    {{ row.name }} = user.{{ row.path }}
{%- else %}
    {{ row.name }}: Any = None
    with missing_relation_skipped():
        {{ row.name }} = {{ row.start }}.{{ row.path }}
{%- endif %}
{%- endfor %}
{%- if block.relation %}
    with missing_relation_skipped():
{%- endif %}
{%- for claim in block.claims %}
    {{ "    " if block.relation }}payload["{{ claim.name }}"] = {{ claim.start }}.{{ claim.path }}
{%- endfor %}
{%- if loop.last %}
    return payload
{%- endif %}
{%- else %}
    return {}
{%- endfor %}


def may_open_jupid(request: HttpRequest) -> bool:
    """Whether the signed-in user may open the embed: here, whoever is active.

    Ask for more where you need it: a role, a paid plan, a second factor
    (``request.user.is_verified()``), a verified email, no impersonated session.
    """
    return bool(getattr(request.user, "is_active", True))
{%- if behind %}


@contextmanager
def missing_relation_skipped() -> Iterator[None]:
    """Skip what lies behind a relation that is missing or null.

    Only None may lack a name here: one that is misspelled still raises AttributeError.
    """
    try:
        yield
    except ObjectDoesNotExist:
        pass
    except AttributeError as error:
        if error.name is None or error.obj is not None:
            raise
{%- endif %}
{%- endfilter %}
