"""Rows for a user model that nobody here has seen; users.py is what to adapt."""

import datetime
import json
import re
import uuid
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, IntegrityError, models, router, transaction
from django.utils.text import slugify
from django.utils.timezone import make_aware
from model_bakery import baker

from ..tokens import ClaimsEncoder

#: What a path gives that ends at a relation which is not there.
MISSING = object()
TEXT = (models.CharField, models.TextField)
# Columns and choices without which a row is often hidden, or its user refused.
SWITCHES = re.compile(
    "(?!.*not[ _]).*(?<!in|un)(?<!dis)(active|approved|confirmed|enabled|verified)"
)
ATTEMPTS = range(4)  # at values that a constraint lets pass


def is_used(database: str) -> bool:
    """Whether a model of this project has its table there, or is read from there."""
    own = [model for model in apps.get_models() if model._meta.managed]
    has_tables = any(router.allow_migrate_model(database, model) for model in own)
    return has_tables or database in map(router.db_for_read, own)


django_db = pytest.mark.django_db(databases=[*filter(is_used, settings.DATABASES)])


def make_user(username: str, paths: dict[str, str]) -> Any:
    """Save a user, and all that the paths lead to, or fail and say what to write."""
    model: Any = get_user_model()
    label, reason = username, ""
    try:
        named = sample(model._meta.get_field(model.USERNAME_FIELD), username)
        others: Any = models.QuerySet(model)
        if others.filter(**named).exists():  # a migration's, say, or a fixture's
            label = f"{username}{others.count()}"
        user = create(model, label, {}, [])
        for claim, path in paths.items():
            fill([user], path.split("."), label, claim)
        update(user, **switches(model))  # which a signal may have turned off
        user = reload(user)
        for claim, path in paths.items():
            value = read(user, path)
            if value is MISSING or (claim in ("sub", "email") and not value):
                reason = f"no look at the models tells how to fill user.{path}"
        if not model._default_manager.filter(pk=user.pk).exists():
            reason = "the default manager hides the user that was made"
    except Exception as error:
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
    if reason:
        file = __name__.rpartition(".")[0].replace(".", "/") + "/users.py"
        reason = reason.rstrip(".")
        pytest.fail(f"Write make_user() in {file} yourself: {reason}.", pytrace=False)
    return user


def read(row: Any, path: str) -> Any:
    """Return what the path gives, or MISSING where a relation on its way is."""
    for name in path.split("."):
        try:
            row = MISSING if row is None else getattr(row, name.removesuffix("()"))
        except ObjectDoesNotExist:
            row = MISSING
        if row is MISSING:
            return MISSING
        row = row() if name.endswith("()") else row
    return row


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value, cls=ClaimsEncoder))


def table(model: Any, near: Any) -> Any:
    """All of a model's rows, whatever its managers hide, in the database of ``near``."""
    return models.QuerySet(model).using(near._state.db)


def reload(row: Any) -> Any:
    """The row as a login loads it; by the table alone where the manager hides it."""
    with suppress(Exception):
        return type(row)._default_manager.using(row._state.db).get(pk=row.pk)
    return table(type(row), row).get(pk=row.pk)


def update(row: Any, **values: Any) -> None:
    """Write into the table, where neither ``save()`` nor a validator can refuse."""
    if values:
        table(type(row), row).filter(pk=row.pk).update(**values)


# --- What a model has ---


def field_of(row: Any, name: str) -> Any:
    """Return the field or relation that a path's name reads; None for anything else."""
    name = re.sub(r"^get_(\w+)_display\(\)$", r"\1", name)
    for field in row._meta.get_fields():
        names = (accessor(field), getattr(field, "attname", None))
        is_private = field in row._meta.private_fields and not field.related_model
        if name in names and not is_private:
            return field
    return None


def accessor(field: Any) -> Any:
    return field.get_accessor_name() if is_backward(field) else field.name


def is_backward(field: Any) -> bool:
    return bool(field.auto_created and not field.concrete)


def is_generic(field: Any) -> bool:
    """Whether it is a GenericRelation of the contenttypes framework."""
    return bool(field.one_to_many and not field.auto_created)


def is_optional(relation: Any) -> bool:
    """Whether a row can be without what the relation leads to."""
    return is_backward(relation) or relation.many_to_many or relation.null


def may_be_missing(path: str) -> bool:
    """Whether a relation on the path can lead to nothing."""
    model = get_user_model()
    for name in path.split(".")[:-1]:
        field = field_of(model, name)
        if field is None or not field.is_relation or is_optional(field):
            return bool(field and field.is_relation)
        model = field.related_model
    return False


def has_table(field: Any) -> bool:
    """Whether Django's own table links the two sides: not that of django-taggit."""
    return hasattr(field.field if is_backward(field) else field, "m2m_field_name")


def through(field: Any) -> tuple[Any, str, str]:
    """Return a many-to-many's table, its key to this side, and its key to the other."""
    forward = field.field if is_backward(field) else field
    keys = [forward.m2m_field_name(), forward.m2m_reverse_field_name()]
    mine, other = reversed(keys) if is_backward(field) else keys
    return forward.remote_field.through, mine, other


def walk(row: Any, path: str) -> Iterator[tuple[Any, Any, Any]]:
    """Yield each row, its relation on the path, and what stands behind that, if any."""
    names = path.split(".")
    while row is not None and len(names) > 1:
        field = field_of(row, names[0])
        if field is None or not field.is_relation:
            return
        found, names = follow(row, field, names)
        yield row, field, found
        row = found


def follow(row: Any, field: Any, names: list[str]) -> tuple[Any, list[str]]:
    """Return the row behind a relation, or None, and the names that follow it."""
    found = getattr(row, accessor(field), None)
    if not (field.one_to_many or field.many_to_many):
        return found, names[1:]
    end = names[1].removesuffix("()") if len(names) > 1 else "first"
    return getattr(found, end)(), names[2:]


# --- Making ---


def create(model: Any, label: str, known: dict[str, Any], family: list[Any]) -> Any:
    """Save a row that has what it must; required relations lead to the family's rows."""
    if family:  # so that it differs from other rows of its model, the user too
        label = f"{label}{models.QuerySet(model).count() or ''}"
    values = {**switches(model), **known}
    columns = []
    wanted: set[str] = set()
    if model is get_user_model():
        wanted = {"email", "name", "first_name", "last_name", model.USERNAME_FIELD}
    for field in model._meta.concrete_fields:
        may_wait = field.null or field.has_default()
        required = not (may_wait or (field.blank and not is_boolean(field)))
        if field.name in values or is_automatic(field):
            continue
        if required and field.is_relation:
            kind = field.related_model._meta.concrete_model
            near = [row for row in family if isinstance(row, kind)]
            near = near or [another(kind, model, label, family)]
            values[field.name] = near[0]
        elif required or field.name in wanted or any(map(is_on, field.flatchoices)):
            columns.append(field)
    for attempt in ATTEMPTS:
        for field in columns:
            values |= sample(field, label, attempt=attempt)
        if attempt == ATTEMPTS[-1]:  # two keys to one model may have to differ
            for name in values.keys() - {*known}:
                if isinstance(values[name], models.Model):
                    kind = type(values[name])
                    values[name] = another(kind, model, f"{label}-{name}", family)
        row = baker.prepare(model, **values)
        try:
            with transaction.atomic(using=router.db_for_write(model)):
                row.save()
            return row
        except IntegrityError as error:
            failure: Exception = error
        except Exception as error:  # of a save() or a signal that wants more than a row
            failure = error
            break
    if model._meta.parents:
        raise failure
    models.QuerySet(model).bulk_create([row])
    return reload(row)


def another(kind: Any, model: Any, label: str, family: list[Any]) -> Any:
    """Return a new row, or one that is there where the table takes no more."""
    if kind is not model:  # a row that needs one of its own kind begins somewhere
        with suppress(IntegrityError), transaction.atomic(router.db_for_write(kind)):
            return create(kind, label, {}, family)
    return models.QuerySet(kind).first()


def switches(model: Any) -> dict[str, bool]:
    """The columns that a row in use has turned on."""
    return {
        field.name: True
        for field in model._meta.concrete_fields
        if is_boolean(field) and is_on([field.name]) and not is_automatic(field)
    }


def is_boolean(field: Any) -> bool:
    return isinstance(field, models.BooleanField)


def is_on(names: Iterable[Any]) -> bool:
    """Whether a column, or a choice and its label, says that a row is in use."""
    return any(SWITCHES.match(str(name).lower()) for name in names)


def is_automatic(field: Any) -> bool:
    marks = ("auto_now", "auto_now_add", "generated")
    is_link = field.remote_field and field.remote_field.parent_link
    is_made = isinstance(field, models.AutoField) or is_link
    return bool(is_made or any(getattr(field, mark, False) for mark in marks))


def fill(family: list[Any], names: list[str], label: str, claim: str) -> None:
    """Make what the last of the family lacks, so that the names can be read from it.

    What is there already stays. Methods and properties give what they give.
    """
    row = family[-1]
    field = field_of(row, names[0])
    if field is None:
        return
    if not field.is_relation:
        is_made = field.has_default() and callable(field.default)
        is_kept = claim != "email" and is_unique(field) and getattr(row, field.attname)
        for attempt in () if is_made or is_kept or is_automatic(field) else ATTEMPTS:
            with suppress(DatabaseError), transaction.atomic(using=row._state.db):
                return update(row, **sample(field, label, claim, attempt))
        return
    found, rest = follow(row, field, names)
    if found is None and field.many_to_many and not has_table(field):
        getattr(row, accessor(field)).add(label)
        found, _ = follow(row, field, names)
    elif found is None and field.many_to_many:
        found = create(field.related_model, label, {}, family)
        model, mine, other = through(field)
        create(model, label, {mine: row, other: found}, family)
    elif found is None and is_generic(field):
        found = create(
            field.related_model,
            label,
            {
                field.content_type_field_name: field.get_content_type(),
                field.object_id_field_name: row.pk,
            },
            family,
        )
    elif found is None and is_backward(field):
        known = {field.field.name: row}
        if field.parent_link:  # a child's save() writes the columns of its parent anew
            columns = [column.name for column in row._meta.concrete_fields]
            known |= {name: getattr(row, name) for name in columns}
        found = create(field.related_model, label, known, family)
    elif found is None:
        found = create(field.related_model, label, {}, family)
        update(row, **{field.name: found})
        setattr(row, field.name, found)
    if rest:
        fill([*family, found], rest, label, claim)


def sample(field: Any, label: str, claim: str = "", attempt: int = 0) -> dict[str, Any]:
    """Return a value that the column takes, by its name; nothing where none is known."""
    values = candidates(field, label, claim)
    for value in values[attempt:] + values[:attempt]:
        is_long = isinstance(value, str) and "@" not in value
        value = value[: field.max_length] if is_long else value
        try:
            return {field.name: field.clean(value, None)}
        except AttributeError:  # it takes objects of a class of its own, and saves both
            return {field.name: value}
        except Exception:  # of a validator, which can be anybody's
            continue
    return {}


def candidates(field: Any, label: str, claim: str) -> list[Any]:
    """What a column of this kind may take, the likeliest first."""
    if field.choices:
        choices = sorted(field.flatchoices, key=is_on, reverse=True)
        return [key for key, _ in choices if key not in ("", None)]
    hashed = zlib.crc32(label.encode())
    number = hashed % 9_000 + 1_000
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
    if is_unique(field) and len(text) > (field.max_length or len(text)):
        text = f"{hashed:08x}"
    emails = [f"{slug}@example.com", f"{slug[0]}@x.io"]
    # Past, as a birthday is, and later for a later column: what ends has begun.
    age = field.creation_counter * datetime.timedelta(days=1, minutes=1)
    then = datetime.datetime(1990, 2, 3, 4, 5, 6) + age
    cents = Decimal(number).scaleb(-getattr(field, "decimal_places", 0))
    if "email" in (claim, field.name) and isinstance(field, TEXT):
        return emails
    words = [text, slug, f"+1202555{number}", f"55{number}", "1", "AB", *emails]
    known: dict[type, list[Any]] = {
        models.BooleanField: [bool(claim), not claim],
        models.CharField: words,
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
        models.TextField: words,
        models.TimeField: [then.time()],
        models.URLField: [f"https://example.com/{slug}"],
        models.UUIDField: [uuid.uuid5(uuid.NAMESPACE_URL, f"{field} {label}")],
    }
    kinds = [*type(field).__mro__, getattr(models, field.get_internal_type(), None)]
    return next((known[kind] for kind in kinds if kind in known), [])


def is_unique(field: Any) -> bool:
    meta = field.model._meta
    groups = [*meta.unique_together, *(c.fields for c in meta.total_unique_constraints)]
    return field.unique or any(field.name in group for group in groups)


# --- Taking away, and sharing ---


def cut(user: Any, path: str) -> None:
    """Take away the first relation of the path that can be missing."""
    for row, field, _ in walk(reload(user), path):
        if field.many_to_many or is_generic(field):
            getattr(row, accessor(field)).clear()
        elif is_backward(field):
            theirs = table(field.related_model, row)
            for found in theirs.filter(**{field.field.name: row}):
                models.Model.delete(found, using=row._state.db, keep_parents=True)
            found = field.one_to_many or read(reload(row), accessor(field))
            assert found in (True, MISSING), "it is made when it is read"
        elif field.null:
            update(row, **{field.name: None})
        if is_optional(field):
            return


def blank(user: Any, path: str, is_email: bool) -> None:
    """Empty the column at the path's end, or the texts that a method may read."""
    way, _, last = path.rpartition(".")
    row = read(reload(user), way) if way else reload(user)
    for field in [] if row in (None, MISSING) else row._meta.concrete_fields:
        if field.choices and field.name != last:
            continue
        value = getattr(row, field.attname)
        is_near = ("@" in str(value)) == is_email and isinstance(field, TEXT)
        is_login = field.name == getattr(row, "USERNAME_FIELD", None)
        is_read = last.endswith("()") and is_near and not is_login
        if not field.primary_key and (field.name == last or is_read):
            with suppress(DatabaseError), transaction.atomic(using=row._state.db):
                update(row, **{field.name: None if field.null else ""})


def share(user: Any, other: Any, path: str) -> None:
    """Lead the other's relations to the user's rows, where both can have one row."""
    pairs = zip(walk(reload(user), path), walk(reload(other), path), strict=False)
    for (_, field, mine), (row, _, theirs) in pairs:
        with suppress(DatabaseError), transaction.atomic(using=row._state.db):
            if field.many_to_one:
                update(row, **{field.name: mine})
            elif field.many_to_many and has_table(field):
                model, me, them = through(field)
                links = table(model, row).filter(**{me: row, them: theirs})
                links.update(**{them: mine})
