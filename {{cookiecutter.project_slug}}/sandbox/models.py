"""The users that Jupid made for a partner's users."""

from __future__ import annotations

from typing import Any

from django.db import connection, models, transaction


class User(models.Model):
    """One mapped user, found by (partner_id, sub)."""

    partner_id = models.TextField()
    sub = models.TextField()
    email = models.TextField()
    name = models.TextField()
    payload = models.JSONField()
    visits = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner_id", "sub"], name="one_user_for_each_sub"
            )
        ]

    @property
    def first_visit(self) -> bool:
        return self.visits == 1


def make_table() -> None:
    """Make the table where it is missing, and look whether it fits where it is not."""
    with connection.schema_editor() as editor:
        if User._meta.db_table not in connection.introspection.table_names():
            editor.create_model(User)
    User._default_manager.first()


@transaction.atomic
def visit(claims: dict[str, Any]) -> User:
    """The user of those verified claims. An existing one keeps its first email."""
    user, _ = User._default_manager.get_or_create(
        partner_id=claims["iss"],
        sub=claims["sub"],
        defaults={"email": claims["email"], "payload": {}},
    )
    user.name, user.payload = claims["name"], claims["payload"]
    user.visits += 1
    user.save()
    return user
