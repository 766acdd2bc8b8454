"""What the answers mean: the models, fields and claims that the templates write."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from .paths import USER_FIELDS, USER_METHODS, parse_path
from .rules import RULES, parse_payload
from .together import paths_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .paths import FieldPath

LINE_LENGTH = 88
FIRST_NAME = "{username.capitalize()}"  # in an f-string of the generated tests


def code_call(
    head: str, arguments: Iterable[str], indent: int = 0, after: str = ""
) -> str:
    """Write a call as a formatter would: on one line, on three, or an argument a line.

    ``after`` stands behind the call, such as the comma of an entry.
    """
    arguments = list(arguments)
    pad = " " * indent
    inline = ", ".join(arguments)
    if len(f"{pad}{head}({inline}){after}") <= LINE_LENGTH:
        return f"{pad}{head}({inline}){after}"
    if len(f"{pad}    {inline}") <= LINE_LENGTH:
        return f"{pad}{head}(\n{pad}    {inline}\n{pad}){after}"
    lines = "".join(f"{pad}    {argument},\n" for argument in arguments)
    return f"{pad}{head}(\n{lines}{pad}){after}"


def code_assignment(target: str, value: str, indent: int) -> str:
    """Write ``target = value``, the value between parentheses where the line is long.

    A value that is too long even so keeps its line behind a plain name.
    """
    pad = " " * indent
    line = f"{pad}{target} = {value}"
    inside = f"{pad}    {value}"
    is_lost = target.isidentifier() and len(inside) > LINE_LENGTH
    if len(line) <= LINE_LENGTH or is_lost:
        return line
    return f"{pad}{target} = (\n{inside}\n{pad})"


def code_reads(reads: list[tuple[str, FieldPath]], depth: int = 0) -> str:
    """Write the assignment of each path's value to its target.

    Those behind a relation stand in a block that a missing or null relation leaves.
    """
    indent = 4 + 8 * depth
    pad = " " * indent
    blocks = [
        code_assignment(target, f"user.{path}", indent)
        for target, path in reads
        if len(path.relation) == depth
    ]
    deeper = [read for read in reads if len(read[1].relation) > depth]
    for relation in dict.fromkeys(path.names[: depth + 1] for _, path in deeper):
        subject = ".".join(("user", *relation))
        test = f"{pad}    if {subject} is not None:"
        if len(test) > LINE_LENGTH:
            test = f"{pad}    if (\n{pad}        {subject}\n"
            test += f"{pad}        is not None\n{pad}    ):"
        inside = [read for read in deeper if read[1].names[: depth + 1] == relation]
        blocks += [
            f"{pad}with suppress(ObjectDoesNotExist):",
            test,
            code_reads(inside, depth + 1),
        ]
    return "\n".join(blocks)


def read_into(answers: Mapping[str, str], question: str, target: str) -> str:
    """Write how ``identity.py`` reads the field that answers ``question``."""
    path = parse_path(answers[question])
    start = f"    {target}: Any = None\n" if path.relation else ""
    return start + code_reads([(target, path)])


def read_payload(answers: Mapping[str, str]) -> str:
    """Write the body of ``build_jupid_payload``."""
    pairs = parse_payload(answers["payload_fields"])
    if not pairs:
        return "    return {}"
    reads = [(f'payload["{claim}"]', path) for claim, path in pairs.items()]
    return (
        f"    payload: dict[str, Any] = {{}}\n{code_reads(reads)}\n    return payload"
    )


def all_paths(answers: Mapping[str, str]) -> dict[FieldPath, str]:
    """Every path of the answers, with the first question that names it."""
    found: dict[FieldPath, str] = {}
    for name in RULES:
        for path in paths_of(name, answers[name]):
            found.setdefault(path, name)
    return found


def relations(answers: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Every relation of the answers, each behind the one that it starts from."""
    found = {
        path.relation[:depth]
        for path in all_paths(answers)
        for depth in range(1, len(path.relation) + 1)
    }
    return sorted(found)


def model_names(answers: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Name a model for each relation: ``profile.company`` is a ``Company``."""
    names: dict[tuple[str, ...], str] = {(): "User"}
    taken = {"user", "abstractuser", "none", "true", "false"}
    for relation in sorted(relations(answers), key=len):
        words = relation[-1].split("_")
        stem = "".join(word[:1].upper() + word[1:] for word in words)
        numbered = (f"{stem}{number}" for number in itertools.count(2))
        candidates = itertools.chain([stem], numbered)
        name = next(name for name in candidates if name.lower() not in taken)
        taken.add(name.lower())
        names[relation] = name
    return names


def is_automatic(path: FieldPath, known: list[tuple[str, ...]]) -> bool:
    """Whether Django makes the value itself: a key, or the key behind a relation."""
    return bool(path.relation) and (
        path.name in ("pk", "id")
        or (len(path.relation) == 1 and path.name == "user_id")
        or path.name.endswith("_id")
        and (*path.relation, path.name[:-3]) in known
    )


def example_models(answers: Mapping[str, str]) -> str:
    """Write the example's models: a user and what its relations lead to."""
    paths = all_paths(answers)
    names = model_names(answers)
    user_id = parse_path(answers["user_id_field"])
    classes = []
    for relation, model in names.items():
        mine = {
            path: asked for path, asked in paths.items() if path.relation == relation
        }
        fields = model_links(relation, names, user_id)
        methods = []
        for path, asked in mine.items():
            own = path.name in (USER_FIELDS | USER_METHODS) and not relation
            if own or is_automatic(path, list(names)):
                continue
            if path.method:
                methods += [f"    def {path.name}(self) -> str:"]
                methods += [f"        return {method_value(path, asked)}", ""]
            elif asked == "user_id_field":
                kind = "models.UUIDField"
                options = ["default=uuid4", "unique=True", "editable=False"]
                fields.insert(0, code_call(f"{path.name} = {kind}", options, 4))
            else:
                email = asked == "email_field"
                kind = "models.EmailField" if email else "models.CharField"
                options = ["blank=True"] if email else ["max_length=200", "blank=True"]
                fields.append(code_call(f"{path.name} = {kind}", options, 4))
        base = "models.Model" if relation else "AbstractUser"
        about = (
            f"What ``{'.'.join(('user', *relation))}`` leads to."
            if relation
            else "A user of the example site."
        )
        parts = [f'class {model}({base}):\n    """{about}"""']
        parts += ["\n".join(fields)] if fields else []
        parts += ["\n".join(methods).rstrip()] if methods else []
        classes.append("\n\n".join(parts))
    return "\n\n\n".join(classes)


def model_links(
    relation: tuple[str, ...],
    names: Mapping[tuple[str, ...], str],
    user_id: FieldPath,
) -> list[str]:
    """Write the fields by which one of the example's models refers to others.

    What the user ID stands on belongs to one user alone.
    """
    links = []
    if len(relation) == 1:
        links.append(
            "    user = models.OneToOneField(\n"
            "        User,\n"
            "        on_delete=models.CASCADE,\n"
            f'        related_name="{relation[0]}",\n'
            "    )"
        )
    for other, model in names.items():
        if relation and other[:-1] == relation:
            is_own = other == user_id.relation[: len(other)]
            kind = "OneToOneField" if is_own else "ForeignKey"
            links.append(
                f"    {other[-1]} = models.{kind}(\n"
                f'        "{model}",\n'
                "        null=True,\n"
                "        on_delete=models.SET_NULL,\n"
                '        related_name="+",\n'
                "    )"
            )
    return links


def method_value(path: FieldPath, asked: str) -> str:
    """Write what a method of the example's models returns."""
    if asked == "user_id_field":
        return 'f"id-{self.pk}"'
    if asked == "email_field":
        return '"ada@example.com"' if path.relation else "self.email"
    if asked == "name_field" and not path.relation:
        return 'f"{self.first_name} {self.last_name}".strip()'
    return sample(path, asked)


def sample(path: FieldPath, asked: str) -> str:
    """Write the value of a complete user's field, as Python."""
    if asked == "email_field":
        return '"ada@example.com"' if path.method else 'f"{username}@example.com"'
    if asked == "name_field":
        return '"Ada Lovelace"' if path.method else f'f"{FIRST_NAME} Lovelace"'
    if path.name == "company_name":
        return '"Acme Studio"'
    return f'"Example {path.name.replace("_", " ")}"'


def complete_fields(answers: Mapping[str, str]) -> str:
    """Write the dictionary of a complete user's fields; a relation is one within it."""
    paths = all_paths(answers)
    known = relations(answers)
    base = {"email": 'f"{username}@example.com"'}
    base |= {"first_name": "username.capitalize()", "last_name": '"Lovelace"'}

    def lines(relation: tuple[str, ...]) -> list[str]:
        pad = " " * (8 + 4 * len(relation))
        values = dict(base) if not relation else {}
        for path, asked in paths.items():
            plain = not path.method and asked != "user_id_field"
            own = path.name in USER_FIELDS and not relation
            mine = path.relation == relation and not is_automatic(path, known)
            if mine and plain and not own:
                values[path.name] = sample(path, asked)
        written = [f'{pad}"{name}": {value},' for name, value in values.items()]
        for other in known:
            if other[:-1] == relation:
                inner = lines(other)
                written += (
                    [f'{pad}"{other[-1]}": {{', *inner, f"{pad}}},"]
                    if inner
                    else [f'{pad}"{other[-1]}": {{}},']
                )
        return written

    return "\n".join(lines(()))


def expected_value(answers: Mapping[str, str], path: FieldPath) -> str:
    """Write what ``path`` gives for ``make_user()`` in the generated tests."""
    asked = all_paths(answers)[path]
    own = {
        "username": '"ada"',
        "get_username": '"ada"',
        "email": '"ada@example.com"',
        "first_name": '"Ada"',
        "get_short_name": '"Ada"',
        "last_name": '"Lovelace"',
        "get_full_name": '"Ada Lovelace"',
        "is_active": "True",
        "is_staff": "False",
        "is_superuser": "False",
    }
    if not path.relation and path.name in own:
        return own[path.name]
    is_own_key = not path.relation and path.name in ("pk", "id", "date_joined")
    if is_own_key or asked == "user_id_field" or is_automatic(path, relations(answers)):
        return f"user.{path}"
    value = sample(path, asked).replace(FIRST_NAME, "Ada")
    return value.replace("{username}", "ada").removeprefix("f")


def expected_claims(answers: Mapping[str, str]) -> str:
    """Write the dictionary of the claims that the answers shape."""
    user_id = f"user.{parse_path(answers['user_id_field'])}"
    lines = [code_call('"sub": str', [user_id], 8, ",")]
    for claim in ("email", "name"):
        path = parse_path(answers[f"{claim}_field"])
        lines.append(f'        "{claim}": {expected_value(answers, path)},')
    pairs = parse_payload(answers["payload_fields"])
    entries = [
        f'            "{claim}": {expected_value(answers, path)},'
        for claim, path in pairs.items()
    ]
    if entries:
        lines += ['        "payload": {', *entries, "        },"]
    else:
        lines.append('        "payload": {},')
    return "\n".join(lines)


def payload(answers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the payload's claims, each with its path."""
    pairs = parse_payload(answers["payload_fields"])
    return [(claim, str(path)) for claim, path in pairs.items()]


def without_email(answers: Mapping[str, str]) -> str:
    """Write the statement that takes the email from a complete user's fields."""
    path = parse_path(answers["email_field"])
    keys = "".join(f'["{name}"]' for name in path.names)
    statement = f'fields{keys} = ""'
    if path.relation and not path.method and len(statement) <= LINE_LENGTH - 4:
        return statement
    if path.relation:
        return f'del fields["{path.names[0]}"]'
    return f'fields["{"email" if path.method else path.name}"] = ""'


def claims_behind_relations(answers: Mapping[str, str]) -> list[str]:
    """Name the claims, and those in the payload, that a missing relation takes away."""
    named = [
        (claim, parse_path(answers[question]))
        for claim, question in (
            ("sub", "user_id_field"),
            ("email", "email_field"),
            ("name", "name_field"),
        )
    ]
    payload = parse_payload(answers["payload_fields"])
    named += [(f"payload.{claim}", path) for claim, path in payload.items()]
    return [claim for claim, path in named if path.relation]
