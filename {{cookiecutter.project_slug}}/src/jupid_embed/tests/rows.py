"""Rows for a user model that nobody here has seen; users.py is what to adapt."""

from __future__ import annotations

import datetime
import json
import re
import uuid
import zlib
from contextlib import suppress
from decimal import Decimal
from typing import Any, NoReturn

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, models, transaction
from django.utils.text import slugify
from django.utils.timezone import make_aware
from model_bakery import baker

#: What a path gives that ends at a relation which is not there.
MISSING = object()
# Columns without which a row is often hidden, or its user refused.
SWITCHES = re.compile("active|approved|confirmed|enabled|verified")


def make_user(username: str, paths: dict[str, str]) -> Any:
    """Save a user, and all that the paths lead to."""
    try:
        user = create(get_user_model(), username, {}, [])
        for claim, path in paths.items():
            fill([user], path.split("."), username, claim)
    except Exception as error:
        refuse("make_user", f"{type(error).__name__}: {error}")
    user = reload(user)
    for claim, path in paths.items():
        value = read(user, path)
        if value is MISSING or (claim in ("sub", "email") and not value):
            refuse("make_user", f"no look at the models tells how to fill user.{path}")
    if not get_user_model()._default_manager.filter(pk=user.pk).exists():
        refuse("make_user", "the model's default manager hides the user that was made")
    return user


def refuse(function: str, reason: str) -> NoReturn:
    """Fail with one line that says what to write."""
    file = f"{__package__}.users".replace(".", "/") + ".py"
    reason = " ".join(reason.split())
    pytest.fail(f"Write {function}() in {file} yourself: {reason}.", pytrace=False)


def read(row: Any, path: str) -> Any:
    """Return what the path gives, or MISSING where a relation on its way is."""
    for name in path.split("."):
        if row is None:
            return MISSING
        try:
            row = getattr(row, name.removesuffix("()"))
        except ObjectDoesNotExist:
            return MISSING
        row = row() if name.endswith("()") else row
    return row


class AsText(DjangoJSONEncoder):
    """Writes as text what has no form in JSON, such as a country or an amount."""

    def default(self, o: Any) -> Any:
        try:
            return super().default(o)
        except TypeError:
            return str(o)


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value, cls=AsText))


def reload(row: Any) -> Any:
    return table(type(row), row).get(pk=row.pk)


def update(row: Any, **values: Any) -> None:
    """Write into the table, where neither ``save()`` nor a validator can refuse."""
    if values:
        table(type(row), row).filter(pk=row.pk).update(**values)


def table(model: Any, near: Any) -> Any:
    """All of a model's rows, whatever its managers hide, in the database of ``near``."""
    return models.QuerySet(model).using(near._state.db)


# --- What a model has ---


def field_of(row: Any, name: str) -> Any:
    """Return the field or relation that a path's name reads; None for anything else."""
    name = re.sub(r"^get_(\w+)_display\(\)$", r"\1", name)
    for field in row._meta.get_fields():
        names = [field.name, getattr(field, "attname", "")]
        if is_backward(field):
            names = [field.get_accessor_name()]
        is_generic = field in row._meta.private_fields
        if name in names and not is_generic:
            return field
    return None


def is_backward(field: Any) -> bool:
    return bool(field.auto_created and not field.concrete)


def is_optional(relation: Any) -> bool:
    """Whether a row can be without what the relation leads to."""
    return is_backward(relation) or relation.many_to_many or relation.null


def may_be_missing(path: str) -> bool:
    """Whether a relation on the path can lead to nothing."""
    model = get_user_model()
    for name in path.split(".")[:-1]:
        field = field_of(model, name)
        if field is None or not field.is_relation:
            return False
        if is_optional(field):
            return True
        model = field.related_model
    return False


def through(field: Any) -> tuple[Any, str, str]:
    """Return a many-to-many's table, its key to this side, and its key to the other."""
    forward = field.field if is_backward(field) else field
    keys = [forward.m2m_field_name(), forward.m2m_reverse_field_name()]
    mine, other = reversed(keys) if is_backward(field) else keys
    return forward.remote_field.through, mine, other


def follow(row: Any, field: Any, names: list[str]) -> tuple[Any, list[str]]:
    """Return the row behind a relation, or None, and the names that follow it."""
    if field.one_to_many or field.many_to_many:
        end = names[1].removesuffix("()") if len(names) > 1 else "first"
        return getattr(getattr(row, names[0]), end)(), names[2:]
    name = names[0] if is_backward(field) else field.name
    return getattr(row, name, None), names[1:]


# --- Making ---


def create(model: Any, label: str, known: dict[str, Any], family: list[Any]) -> Any:
    """Save a row that has what it must; required relations lead to the family's rows."""
    values = dict(known)
    wanted: set[str] = set()
    if model is get_user_model():
        wanted = {"email", "name", "first_name", "last_name", model.USERNAME_FIELD}
    for field in model._meta.concrete_fields:
        required = not (field.null or field.blank or field.has_default())
        if field.name in values or is_automatic(field):
            continue
        if isinstance(field, models.BooleanField):
            if SWITCHES.search(field.name) or not (field.null or field.has_default()):
                values[field.name] = bool(SWITCHES.search(field.name))
        elif required and field.is_relation:
            kind = field.related_model._meta.concrete_model
            near = [row for row in family if isinstance(row, kind)]
            values[field.name] = near[0] if near else create(kind, label, {}, family)
        elif required or field.name in wanted:
            values |= sample(field, label)
    return baker.make(model, **values)


def is_automatic(field: Any) -> bool:
    is_link = field.remote_field and field.remote_field.parent_link
    marks = ("auto_now", "auto_now_add", "generated")
    is_made = any(getattr(field, mark, False) for mark in marks)
    return bool(is_link or is_made or isinstance(field, models.AutoField))


def fill(family: list[Any], names: list[str], label: str, claim: str) -> None:
    """Make what the last of the family lacks, so that the names can be read from it.

    What is there already stays. Methods and properties give what they give.
    """
    row = family[-1]
    field = field_of(row, names[0])
    if field is None:
        return
    if field.is_relation:
        found, rest = follow(row, field, names)
        if found is None:
            is_behind = is_backward(field) and not field.many_to_many
            known = {field.field.name: row} if is_behind else {}
            found = create(field.related_model, label, known, family)
            if field.many_to_many:
                model, mine, other = through(field)
                create(model, label, {mine: row, other: found}, family)
            elif not is_backward(field):
                update(row, **{field.name: found})
                setattr(row, field.name, found)
        if rest:
            fill([*family, found], rest, label, claim)
    elif not (is_automatic(field) or (field.has_default() and callable(field.default))):
        update(row, **sample(field, label, claim))


def sample(field: Any, label: str, claim: str = "") -> dict[str, Any]:
    """Return a value that the column takes, by its name; nothing where none is known."""
    for value in candidates(field, label, claim):
        is_long = isinstance(value, str) and "@" not in value
        with suppress(Exception):  # of a validator, which can be anybody's
            value = value[: field.max_length] if is_long else value
            return {field.name: field.clean(value, None)}
    return {}


def candidates(field: Any, label: str, claim: str) -> list[Any]:
    """What a column of this kind may take, the likeliest first."""
    if field.choices:
        return [key for key, _ in field.flatchoices if key not in ("", None)]
    number = zlib.crc32(label.encode()) % 9_000 + 1_000
    slug = slugify(label) or f"user-{number}"
    texts = {"first_name": label.capitalize(), "last_name": "Lovelace"}
    texts |= {"company_name": "Acme Studio"}
    text = texts.get(field.name, f"Example {field.name.replace('_', ' ')}")
    if claim == "name":
        text = f"{label.capitalize()} Lovelace"
    if field.name == getattr(field.model, "USERNAME_FIELD", None):
        text = label
    elif is_unique(field):
        text = f"{label} {field.name}"
    emails = [f"{slug}@example.com", f"{slug[0]}@x.io"]
    then = datetime.datetime(2026, 2, 3, 4, 5, 6)
    cents = Decimal(number).scaleb(-getattr(field, "decimal_places", 0))
    known: dict[type, list[Any]] = {
        models.BooleanField: [True],
        models.CharField: [text, slug, f"+1202555{number}", f"55{number}", "1", "AB"],
        models.DateField: [then.date()],
        models.DateTimeField: [make_aware(then) if settings.USE_TZ else then],
        models.DecimalField: [cents, Decimal(1), Decimal("0.1"), Decimal(0)],
        models.DurationField: [datetime.timedelta(days=30)],
        models.EmailField: emails,
        models.FileField: [f"{slug}.png"],  # a name: no file is written
        models.FloatField: [number / 8, 0.5],
        models.GenericIPAddressField: ["192.0.2.1", "2001:db8::1"],
        models.IntegerField: [number, number % 100, 1, 0],
        models.JSONField: [{"example": label}],
        models.SlugField: [slug],
        models.TimeField: [then.time()],
        models.URLField: [f"https://example.com/{slug}"],
        models.UUIDField: [uuid.uuid5(uuid.NAMESPACE_URL, f"{field} {label}")],
    }
    known[models.TextField] = known[models.CharField]
    if claim == "email":
        known[models.CharField] = known[models.TextField] = emails
    return next((known[kind] for kind in type(field).__mro__ if kind in known), [])


def is_unique(field: Any) -> bool:
    meta = field.model._meta
    groups = [*meta.unique_together, *(c.fields for c in meta.total_unique_constraints)]
    return field.unique or any(field.name in group for group in groups)


# --- Taking away, and sharing ---


def cut(user: Any, paths: dict[str, str]) -> Any:
    """Take away the first relation of each path that can be missing."""
    for path in paths.values():
        row, names = reload(user), path.split(".")
        while len(names) > 1 and row is not None:
            field = field_of(row, names[0])
            if field is None or not field.is_relation:
                break
            if is_optional(field):
                try:
                    detach(row, field, names[0])
                except (DatabaseError, models.ProtectedError) as error:
                    refuse("make_user_without_relations", str(error))
                break
            row, names = follow(row, field, names)
    return reload(user)


def detach(row: Any, field: Any, name: str) -> None:
    if field.many_to_many:
        getattr(row, name).clear()
    elif is_backward(field):
        table(field.related_model, row).filter(**{field.field.name: row}).delete()
    else:
        update(row, **{field.name: None})


def blank(user: Any, paths: dict[str, str], claim: str) -> Any:
    """Empty the column behind a claim, or the texts that a method may read it from.

    Where that changes nothing, the relation goes.
    """
    way, _, last = paths[claim].rpartition(".")
    row = read(reload(user), way) if way else reload(user)
    if row in (None, MISSING):
        return user
    for field in row._meta.concrete_fields:
        is_text = isinstance(field, (models.CharField, models.TextField))
        is_near = is_text and not field.primary_key and field.name != paths["sub"]
        is_email = "@" in str(getattr(row, field.attname))
        is_login = field.name == getattr(row, "USERNAME_FIELD", None)
        by_method = is_email if claim == "email" else not (is_email or is_login)
        if field.name == last or (last.endswith("()") and is_near and by_method):
            with suppress(DatabaseError), transaction.atomic(using=row._state.db):
                update(row, **{field.name: None if field.null else ""})
    if claim == "email" and read(reload(user), paths[claim]):
        cut(user, {claim: paths[claim]})
        if read(reload(user), paths[claim]) not in (MISSING, None, ""):
            pytest.skip("It seems that every user has an email; users.py could tell.")
    return reload(user)


def share(user: Any, other: Any, paths: dict[str, str]) -> Any:
    """Lead the other's relations to the user's rows, where both can have one row."""
    for path in paths.values():
        mine, theirs, names = reload(user), reload(other), path.split(".")
        while len(names) > 1 and mine is not None and theirs is not None:
            field = field_of(mine, names[0])
            if field is None or not field.is_relation:
                break
            found, rest = follow(mine, field, names)
            with suppress(DatabaseError), transaction.atomic(using=theirs._state.db):
                if field.many_to_one:
                    update(theirs, **{field.name: found})
                elif field.many_to_many:
                    model, me, them = through(field)
                    table(model, theirs).filter(**{me: theirs}).update(**{them: found})
            theirs, names = follow(theirs, field, names)
            mine = found
    return reload(other)


def rename(user: Any, label: str) -> Any:
    """Give the user another login, email and name, as people do."""
    names = {"first_name", "last_name", "name", "full_name", user.USERNAME_FIELD}
    for field in user._meta.concrete_fields:
        is_email = isinstance(field, models.EmailField)
        if (field.name in names or is_email) and not field.primary_key:
            update(user, **sample(field, label))
    return reload(user)
