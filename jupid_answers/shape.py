"""What the answers mean, as plain data: claims and where they are read, models and fields.

No line of code is written in here: the templates loop over this.
"""

from __future__ import annotations

import itertools
import keyword
import re
from typing import TYPE_CHECKING

from .paths import (
    GROUPS,
    MODEL_NAMES,
    NAME_LIMIT,
    USER_FIELDS,
    USER_METHODS,
    picks_row,
)
from .rules import RULES, parse_payload
from .together import paths_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .paths import FieldPath

    Relation = tuple[str, ...]

CLAIMS = {"sub": "user_id_field", "email": "email_field", "name": "name_field"}
# What a field of the example holds; the first question that names it decides.
KINDS = {"user_id_field": "id", "email_field": "email", "name_field": "name"}
ONE_OF_MANY = (("_set$", ""), ("ies$", "y"), ("(ss|sh|ch|x)es$", r"\1"), ("s$", ""))


# Plain classes: a named tuple takes a quarter of a millisecond to make, four times a bake.


class Read:
    """A name and what is read into it: ``path``, from the user or from a row by its name."""

    def __init__(self, name: str, start: str, path: str) -> None:
        self.name, self.start, self.path = name, start, path


class Block:
    """The claims behind one relation; before them the rows that several claims need."""

    def __init__(self, relation: str, rows: list[Read], claims: list[Read]) -> None:
        self.relation, self.rows, self.claims = relation, rows, claims


class Field:
    """A field, or a method, of one of the example's models.

    ``kind`` is what it holds: an ``id``, ``email``, ``name`` or ``text``, or a key: ``to``
    a row of another model (to its ``own``, which no other row may have), or back to the
    model whose relation ``related_name`` leads here, to ``one`` row or to ``many``.
    """

    def __init__(
        self, name: str, kind: str, model: str = "", related_name: str = ""
    ) -> None:
        self.name, self.kind = name, kind
        self.model, self.related_name = model, related_name


class Model:
    """One of the example's models, and the path that leads there from the user."""

    def __init__(self, name: str, path: str, fields: list[Field]) -> None:
        self.name, self.path, self.fields = name, path, fields
        self.methods: list[Field] = []


# --- Claims ---


def payload(answers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the payload's claims, each with its path."""
    pairs = parse_payload(answers["payload_fields"])
    return [(claim, str(path)) for claim, path in pairs.items()]


def behind_relations(answers: Mapping[str, str]) -> list[str]:
    """Name the claims, and those in the payload, that a missing relation takes away."""
    found = {claim: paths_of(name, answers[name])[0] for claim, name in CLAIMS.items()}
    pairs = parse_payload(answers["payload_fields"])
    found |= {f"payload.{claim}": path for claim, path in pairs.items()}
    return [claim for claim, path in found.items() if path.relation]


def payload_blocks(answers: Mapping[str, str]) -> list[Block]:
    """Return the payload's claims by their relations, each where its first claim stood."""
    pairs = parse_payload(answers["payload_fields"])
    names = row_names(pairs.values())
    groups: dict[Relation, list[Read]] = {}
    for claim, path in pairs.items():
        read = read_from(names, claim, path.steps, "()" * path.method)
        groups.setdefault(path.steps[:-1], []).append(read)
    unread = dict(names)
    blocks = []
    for relation, claims in groups.items():
        needed = [row for row in rows_of(relation) if unread.pop(row, None)]
        rows = [read_from(names, names[row], row) for row in needed]
        blocks.append(Block(".".join(relation), rows, claims))
    return blocks


def rows_of(relation: Relation) -> list[Relation]:
    """Return the way to each row that is picked along ``relation``."""
    steps = enumerate(relation, 1)
    return [relation[:place] for place, step in steps if picks_row(step)]


def row_names(paths: Iterable[FieldPath]) -> dict[Relation, str]:
    """Name each row that several claims need, such as ``first_membership``."""
    rows = [row for path in paths for row in rows_of(path.steps[:-1])]
    names: dict[Relation, str] = {}
    for row in dict.fromkeys(rows):
        if rows.count(row) > 1:
            relation, _, pick = row[-1].removesuffix("()").partition(".")
            names[row] = free_name(f"{pick}_{one_of(relation)}", names.values())
    return names


def read_from(
    names: Mapping[Relation, str], name: str, steps: Relation, call: str = ""
) -> Read:
    """Read ``steps`` into ``name``, from the last row on the way that has a name."""
    rows: list[Relation] = [row for row in rows_of(steps[:-1]) if row in names]
    start = rows[-1] if rows else ()
    return Read(name, names.get(start, "user"), ".".join(steps[len(start) :]) + call)


# --- Models ---


def models(answers: Mapping[str, str]) -> list[Model]:
    """Return the example's models: a user, and what its relations lead to."""
    asked = [
        (q, path)
        for q in RULES
        for path in paths_of(q, answers[q])
        if path.relation != GROUPS
    ]
    user_id = asked[0][1].relation
    known = relations(path for _, path in asked)
    names = model_names(known)
    found = []
    for relation, name in names.items():
        values: dict[str, tuple[FieldPath, str]] = {}
        for question, path in asked:
            if path.relation == relation:
                values.setdefault(path.name, (path, KINDS.get(question, "text")))
        keys = [
            # What the user ID stands on belongs to one user alone.
            Field(way[-1], "own" if way == user_id[: len(way)] else "to", names[way])
            for way in known
            if relation and way[:-1] == relation and not known[way]
        ]
        if relation and (known[relation] or len(relation) == 1):
            taken = [*values, *(way[-1] for way in known if way[:-1] == relation)]
            parent = names[relation[:-1]]
            keys.insert(0, way_back(relation[-1], known[relation], parent, taken))
        model = Model(name, ".".join(relation), keys)
        for path, kind in values.values():
            if not is_given(path, known):
                field = Field(path.name, kind)
                (model.methods if path.method else model.fields).append(field)
        model.fields.sort(key=lambda field: field.kind != "id")
        found.append(model)
    return found


def relations(paths: Iterable[FieldPath]) -> dict[Relation, bool]:
    """Every relation, the nearest first, and whether it leads to many rows."""
    found = {
        path.relation[:place]: picks_row(step)
        for path in paths
        for place, step in enumerate(path.steps[:-1], 1)
    }
    return {relation: found[relation] for relation in sorted(sorted(found), key=len)}


def model_names(known: Mapping[Relation, bool]) -> dict[Relation, str]:
    """Name a model for each relation: ``profile.company`` is a ``Company``."""
    names: dict[Relation, str] = {(): "User"}
    for relation, is_many in known.items():
        last = one_of(relation[-1]) if is_many else relation[-1]
        stem = "".join(word[:1].upper() + word[1:] for word in last.split("_"))
        taken = ["AbstractUser", "None", "True", "False", "I", "O", *names.values()]
        names[relation] = free_name(stem, taken)
    return names


def is_given(path: FieldPath, known: Mapping[Relation, bool]) -> bool:
    """Whether the model has the value by itself: Django's own, or the key of a relation."""
    if not path.relation:
        return path.name in USER_FIELDS | USER_METHODS
    return (
        path.name in ("pk", "id")
        or (len(path.relation) == 1 and path.name == "user_id")
        or known.get((*path.relation, path.name.removesuffix("_id"))) is False
    )


def way_back(accessor: str, is_many: bool, parent: str, taken: list[str]) -> Field:
    """Return the key to the model whose relation ``accessor`` leads here."""
    used = [*taken, *MODEL_NAMES, *keyword.kwlist]
    used += [name.removesuffix("_id") for name in used]
    free = free_name(parent.lower()[: NAME_LIMIT - 3], used)
    name = "user" if parent == "User" else free
    return Field(name, "many" if is_many else "one", parent, accessor)


# --- Names ---


def one_of(plural: str) -> str:
    """Name one of many: ``companies`` and ``company_set`` hold each a ``company``."""
    for ending, one in ONE_OF_MANY:
        shorter = re.sub(f"(?<=[a-z0-9]){ending}", one, plural)
        if shorter != plural and not plural.endswith("ss"):
            return shorter
    return plural


def free_name(stem: str, taken: Iterable[str]) -> str:
    """Return ``stem``, with a number where it is taken in these or other capitals."""
    lower = {name.lower() for name in taken}
    numbered = (f"{stem}{number}" for number in itertools.count(2))
    candidates = itertools.chain([stem], numbered)
    return next(name for name in candidates if name.lower() not in lower)
