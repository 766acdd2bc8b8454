"""The users that Jupid made for a partner's users."""

from typing import Any

from django.db import models, transaction
from django.forms import model_to_dict


class User(models.Model):
    """One mapped user, found by (partner_id, sub)."""

    partner_id = models.TextField()
    sub = models.TextField()
    email = models.TextField()
    name = models.TextField()
    payload = models.JSONField()
    visits = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("partner_id", "sub", name="mapping")]


@transaction.atomic
def visit(claims: dict[str, Any]) -> dict[str, Any]:
    """The user of those verified claims. An existing one keeps its first email."""
    key = {"partner_id": claims["iss"], "sub": claims["sub"]}
    told = {name: claims[name] for name in ("email", "name", "payload")}
    user, _ = User._default_manager.get_or_create(told, **key)
    user.name, user.payload = claims["name"], claims["payload"]
    user.visits += 1
    user.save()
    return model_to_dict(user)
