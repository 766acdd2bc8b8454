{% set models = cookiecutter | models -%}
{% set kinds = models | map(attribute="fields") | sum(start=[]) | map(attribute="kind") | list -%}
{% filter wrapped -%}
"""A user of the shape that jupid_embed/identity.py reads.

Here a relation of the user is a row that refers to the user; in your project it may as
well be a key of the user's own.
"""

{% if "id" in kinds -%}
from uuid import uuid4

{% endif -%}
from django.contrib.auth.models import AbstractUser
{%- if kinds %}
from django.db import models
{%- endif %}
{%- for model in models %}


class {{ model.name }}({{ "models.Model" if model.path else "AbstractUser" }}):
{%- if model.path %}
    """What ``user.{{ model.path }}`` leads to."""
{%- else %}
    """A user of the example site."""
{%- endif %}
{%- for field in model.fields %}
{%- if loop.first %}
{% endif %}
{%- if field.kind == "id" %}
    {{ field.name }} = models.UUIDField(default=uuid4, unique=True, editable=False)
{%- elif field.kind == "email" %}
    {{ field.name }} = models.EmailField(blank=True)
{%- elif field.kind == "to" %}
    {{ field.name }} = models.ForeignKey("{{ field.model }}", null=True, on_delete=models.SET_NULL, related_name="+")
{%- elif field.kind == "own" %}
    {{ field.name }} = models.OneToOneField("{{ field.model }}", null=True, on_delete=models.SET_NULL, related_name="+")
{%- elif field.kind == "many" %}
    {{ field.name }} = models.ForeignKey({{ field.model }}, on_delete=models.CASCADE, related_name="{{ field.related_name }}")
{%- elif field.kind == "one" %}
    {{ field.name }} = models.OneToOneField({{ field.model }}, on_delete=models.CASCADE, related_name="{{ field.related_name }}")
{%- else %}
    {{ field.name }} = models.CharField(max_length=200, blank=True)
{%- endif %}
{%- endfor %}
{%- for method in model.methods %}

    def {{ method.name }}(self) -> str:
{%- if method.kind == "id" %}
        return f"id-{self.pk}"
{%- elif method.kind == "email" %}
        return {{ '"ada@example.com"' if model.path else "self.email" }}
{%- elif method.kind == "name" %}
        return {{ '"Ada Lovelace"' if model.path else 'f"{self.first_name} {self.last_name}".strip()' }}
{%- else %}
        return "Example {{ method.name | replace("_", " ") }}"
{%- endif %}
{%- endfor %}
{%- endfor %}
{%- endfilter %}
