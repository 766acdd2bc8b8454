"""What a good answer is: the rules, the parsing, and what the templates need of it.

Cookiecutter loads this module as a Jinja extension (``_extensions`` in ``cookiecutter.json``).
The prompts, the hooks and the rendered files all ask here, and nowhere else.
"""

from __future__ import annotations

import ipaddress
import itertools
import json
import keyword
import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from cookiecutter.exceptions import FailedHookException
from cookiecutter.prompt import read_user_variable
from jinja2 import pass_context
from jinja2.ext import Extension

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, MutableMapping
    from types import CodeType

    from jinja2 import Environment
    from jinja2.runtime import Context

HERE = Path(__file__).parent
FOLDER = "{{cookiecutter.project_slug}}"
LINE_LENGTH = 88

PLACEHOLDERS = {
    "partner_id": "your-partner-id",
    "app_url": "https://jupid-staging-app.example.com",
}
PAYLOAD_LIMIT = 50
PATH_LIMIT = 4
NAME_LIMIT = 63  # PostgreSQL's longest identifier, in bytes
CLAIM_LIMIT = 40  # so that it stands on one line of code, as deep as a path can go
FIRST_NAME = "{username.capitalize()}"  # in an f-string of the generated tests

WINDOWS_NAMES = frozenset(
    ["con", "prn", "aux", "nul"]
    + [f"{port}{number}" for port in ("com", "lpt") for number in range(10)]
)

# What a user model built on Django's AbstractUser has already.
USER_FIELDS = frozenset(
    "pk id username email first_name last_name date_joined is_active is_staff "
    "is_superuser".split()
)
USER_METHODS = frozenset("get_full_name get_short_name get_username".split())
# Those that two users may share, those that name nobody, and those that hold no email.
SHARED = frozenset("date_joined is_active is_staff is_superuser".split())
NAMELESS = SHARED | {"pk", "id"}
NO_EMAIL = USER_FIELDS - {"email"} | USER_METHODS

# Attributes of django.db.models.Model, and the names that the example's models need.
MODEL_NAMES = frozenset(
    "adelete arefresh_from_db asave check clean clean_fields date_error_message delete "
    "from_db full_clean get_constraints get_deferred_fields prepare_database_save "
    "refresh_from_db save save_base serializable_value unique_error_message "
    "validate_constraints validate_unique objects meta doesnotexist notupdated "
    "multipleobjectsreturned models self str uuid4".split()
)
# Attributes of AbstractUser that are no value for a token.
USER_NAMES = frozenset(
    "aget_all_permissions aget_group_permissions aget_user_permissions ahas_module_perms "
    "ahas_perm ahas_perms backend email_field email_user get_all_permissions "
    "get_email_field_name get_group_permissions get_next_by_date_joined "
    "get_previous_by_date_joined get_session_auth_fallback_hash get_session_auth_hash "
    "get_user_permissions groups has_module_perms has_perm has_perms is_anonymous "
    "is_authenticated last_login natural_key normalize_username required_fields "
    "user_permissions username_field username_validator".split()
)
# How the example's related rows refer to their user.
USER_LINK = frozenset(["user", "user_id"])

# Words for what a person may change about themselves, so that no durable ID is called so.
CHANGING_WORDS = frozenset(
    word + plural
    for word in "address email emailaddress handle login mail mobile name nickname phone "
    "username".split()
    for plural in ("", "s", "es")
)


class Refused(ValueError):
    """A wrong answer; the text says what is wrong and what is right."""


class FieldPath(NamedTuple):
    """A path from the user to a value, such as ``profile.company_name``."""

    names: tuple[str, ...]
    method: bool

    def __str__(self) -> str:
        return ".".join(self.names) + "()" * self.method

    @property
    def relation(self) -> tuple[str, ...]:
        return self.names[:-1]

    @property
    def name(self) -> str:
        return self.names[-1]


# --- The rules: each takes what was typed and returns it tidied, or raises Refused ---


def project_slug(text: str) -> str:
    """A folder's name: ``jupid-integration``; not ``Jupid``, ``a b``, ``../x`` or ``con``."""
    if len(text) > 50 or not re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", text):
        raise Refused(
            'write lower-case words joined by "-" or "_", at most 50 characters, '
            "as in jupid-integration"
        )
    if text in WINDOWS_NAMES:
        raise Refused("Windows reserves this name; choose another")
    return text


def partner_id(text: str) -> str:
    """An ID from Jupid: ``acme``, ``acme.eu-1``; not ``acme inc`` or ``-acme``."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", text):
        raise Refused(
            'a partner ID is 1 to 128 letters, digits, ".", "_" or "-", '
            "and starts with a letter or digit"
        )
    return text


def audience(text: str) -> str:
    """The ``aud`` claim: ``jupid-embed``, ``urn:jupid/embed``; not ``jupid embed``."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}", text):
        raise Refused(
            'an audience is 1 to 128 letters, digits, ".", "_", "-", ":" or "/", '
            "and starts with a letter or digit"
        )
    return text


def app_url(text: str) -> str:
    """An origin: ``https://app.jupid.com``; not ``app.jupid.com`` or ``https://a.b/c``.

    A closing slash, capitals and the scheme's own port are tidied away.
    """
    scheme, separator, rest = text.partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in ("https", "http"):
        raise Refused("an app URL starts with https://, as in https://app.jupid.com")
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    extra = rest[len(authority) :]
    if extra not in ("", "/"):
        raise Refused(
            f"write the origin alone, without {quote(extra)}, as in https://app.jupid.com"
        )
    if "@" in authority:
        raise Refused("write no user name or password before the host")
    match = re.fullmatch(r"(\[::1\]|[A-Za-z0-9.-]+)(?::([0-9]{1,5}))?", authority)
    if not match or not is_host(match[1]):
        raise Refused(
            "the host is letters, digits, dots and hyphens, as in https://app.jupid.com"
        )
    host = match[1].lower()
    if scheme == "http" and host not in ("localhost", "127.0.0.1", "[::1]"):
        raise Refused("use https; http is only for localhost, 127.0.0.1 and [::1]")
    port = int(match[2] or 0)
    if match[2] and not 1 <= port <= 65535:
        raise Refused("a port is a number from 1 to 65535")
    if port in (0, {"https": 443, "http": 80}[scheme]):
        return f"{scheme}://{host}"
    return f"{scheme}://{host}:{port}"


def is_host(host: str) -> bool:
    """Whether a browser would take ``host``: a DNS name, an IPv4 address or ``[::1]``."""
    if host == "[::1]":
        return True
    if re.fullmatch(r"[0-9]+", host.rpartition(".")[2]):
        try:
            ipaddress.IPv4Address(host)
        except ValueError:
            return False
        return True
    label = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    return len(host) <= 253 and bool(re.fullmatch(rf"{label}(\.{label})*", host))


def user_id_field(text: str) -> str:
    """A path to what never changes: ``pk``, ``public_id``; not ``email`` or ``username``."""
    path = split_path(text)
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", path.name)
    if CHANGING_WORDS & {word.lower() for word in words}:
        raise Refused(
            f"{quote(path.name)} can change; Jupid maps users by this value, so name one "
            "that never does, such as pk"
        )
    if path.name in SHARED and not path.relation:
        raise Refused(
            f"{quote(path.name)} can be the same for two users; Jupid maps users by this "
            "value, so write pk"
        )
    return str(parse_path(text))


def email_field(text: str) -> str:
    """A path to an email: ``email``, ``profile.work_email``; not ``username`` or ``pk``."""
    path = parse_path(text)
    if is_any_key(path) or (path.name in NO_EMAIL and not path.relation):
        raise Refused(
            f"{quote(path.name)} holds no email; name a field that does, such as email or "
            "profile.work_email"
        )
    return str(path)


def name_field(text: str) -> str:
    """A path to a name: ``get_full_name()``, ``display_name``; not ``pk``, ``is_staff``."""
    path = parse_path(text)
    if is_any_key(path) or (path.name in NAMELESS and not path.relation):
        raise Refused(
            f"{quote(path.name)} is no display name; name a field or method such as "
            "display_name or get_full_name()"
        )
    return str(path)


def is_any_key(path: FieldPath) -> bool:
    """Whether ``path`` is a key behind a relation, or is called as one."""
    return bool(path.relation) and (
        path.name in ("pk", "id") or path.name.endswith("_id")
    )


def payload_fields(text: str) -> str:
    """``claim=path`` pairs: ``company_name=profile.company_name, plan``; or ``none``."""
    pairs = parse_payload(text)
    return ",".join(f"{claim}={path}" for claim, path in pairs.items()) or "none"


def parse_payload(text: str) -> dict[str, FieldPath]:
    """Return the payload's claims and where each is found, in the order given."""
    if text.lower() == "none":
        return {}
    if not text:
        raise Refused('write claim=path pairs joined by commas, or "none"')
    items = text.split(",")
    if len(items) > PAYLOAD_LIMIT:
        raise Refused(f"{len(items)} fields are too many; at most {PAYLOAD_LIMIT}")
    pairs: dict[str, FieldPath] = {}
    for item in items:
        claim, separator, source = (part.strip() for part in item.rpartition("="))
        if not source:
            raise Refused("a field is missing beside a comma or an equals sign")
        path = parse_path(source)
        claim = claim if separator else path.name
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", claim):
            raise Refused(
                f"the claim {quote(claim)} is no name: use ASCII letters, digits and "
                '"_", starting with a letter'
            )
        if len(claim) > CLAIM_LIMIT:
            raise Refused(
                f"the claim {quote(claim)} is longer than {CLAIM_LIMIT} characters; "
                "write a shorter one before an equals sign, as in plan=account.plan"
            )
        if claim in pairs:
            raise Refused(f"the claim {quote(claim)} is given twice")
        pairs[claim] = path
    return pairs


def parse_path(text: str) -> FieldPath:
    """Parse a path of up to four names that starts at the user.

    ``pk``, ``profile.company_name`` and ``profile.get_plan_display()`` are good;
    ``user.email``, ``profile.``, ``_state``, ``class`` and ``get_full_name`` are not.
    """
    path = split_path(text)
    names, method = path
    if "user" in names:
        rest = names[len(names) - names[::-1].index("user") :]
        better = str(path._replace(names=rest)) if rest else "pk"
        raise Refused(f"a path starts at the user already; write {quote(better)}")
    for place, name in enumerate(names):
        is_value = place == len(names) - 1
        kept = MODEL_NAMES if is_value else MODEL_NAMES | {"pk", "id"}
        if place == 0:
            kept |= USER_NAMES if is_value else USER_NAMES | USER_FIELDS | USER_METHODS
        if name.lower() in kept or (name != "user_id" and name.lower() in USER_LINK):
            raise Refused(
                f"{quote(name)} in {quote(text)} is a name that Django or Python keeps "
                "for itself; name a field or method of your own"
            )
    is_display = re.fullmatch(r"get_\w+_display", path.name)
    if not method and (is_display or (path.name in USER_METHODS and not path.relation)):
        raise Refused(f"{quote(path.name)} is a method; write {quote(f'{path}()')}")
    fields = {"pk", "id"} if path.relation else USER_FIELDS
    if len(path.relation) == 1:
        fields = fields | {"user_id"}  # the key of the relation's way back
    if method and path.name in fields:
        fixed = path._replace(method=False)
        raise Refused(f"{quote(path.name)} is a field; write {quote(str(fixed))}")
    spelled = path.name.lower()
    if not method and spelled in fields and path.name != spelled:
        fixed = path._replace(names=(*path.relation, spelled))
        raise Refused(
            f"{quote(path.name)} and Django's {quote(spelled)} differ in capitals alone; "
            f"write {quote(str(fixed))}"
        )
    return path


def split_path(text: str) -> FieldPath:
    """Split a path into names that a field could have; what they mean is not looked at."""
    body = text.strip()
    method = re.search(r"\(\s*\)$", body)
    if method:
        body = body[: method.start()]
    names = tuple(name.strip() for name in body.split("."))
    if len(names) > PATH_LIMIT:
        raise Refused(f"{quote(text)} has {len(names)} names; at most {PATH_LIMIT}")
    for name in names:
        check_name(name, text)
    return FieldPath(names, bool(method))


def check_name(name: str, path: str) -> None:
    """Raise Refused unless ``name`` can be a Django field's name."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) or keyword.iskeyword(name):
        raise Refused(
            f"{quote(name)} in {quote(path)} is no field name; write a path such as "
            "email, profile.company_name or get_full_name()"
        )
    if len(name) > NAME_LIMIT:
        raise Refused(f"{quote(name)} is longer than {NAME_LIMIT} characters")
    if "__" in name or name.endswith("_"):
        raise Refused(
            f'{quote(name)} is no field name in Django: no "__", and no "_" at the end'
        )
    if "password" in name.lower():
        raise Refused(f"{quote(name)} must not go into a token")


RULES: dict[str, Callable[[str], str]] = {
    "project_slug": project_slug,
    "partner_id": partner_id,
    "audience": audience,
    "app_url": app_url,
    "user_id_field": user_id_field,
    "email_field": email_field,
    "name_field": name_field,
    "payload_fields": payload_fields,
}


# --- All answers together ---


def tidied(name: str, value: object) -> str:
    """Return the answer as it is rendered, or raise Refused."""
    if not isinstance(value, str):
        raise Refused("write text, in quotes where the file's format asks for them")
    return RULES[name](value.strip())


def paths_of(name: str, answer: str) -> list[FieldPath]:
    """The paths that a good answer holds, in its order."""
    if name == "payload_fields":
        return list(parse_payload(answer).values())
    return [parse_path(answer)] if name.endswith("_field") else []


def problem(name: str, answers: Mapping[str, object]) -> str | None:
    """Say what is wrong with the answer to ``name``, given the questions before it."""
    value = answers.get(name)
    try:
        answer = tidied(name, value)
        earlier: list[FieldPath] = []
        for other in list(RULES)[: list(RULES).index(name)]:
            try:
                earlier += paths_of(other, tidied(other, answers.get(other)))
            except Refused:
                continue  # it has a line of its own
        for path in paths_of(name, answer):
            if name in ("email_field", "name_field") and path in earlier[:1]:
                raise Refused("this is the user ID already, and that must never change")
            check_fits(path, earlier)
            earlier.append(path)
    except Refused as reason:
        return f"{name} {quote(value)}: {reason}."
    return None


def check_fits(path: FieldPath, others: Iterable[FieldPath]) -> None:
    """Raise Refused where no user could have both ``path`` and one of ``others``."""
    for other in others:
        if path.names == other.names and path.method != other.method:
            raise Refused(f"{quote(str(path))} and {quote(str(other))} are both used")
        for one, two in ((path, other), (other, path)):
            if one.names == two.relation[: len(one.names)]:
                raise Refused(
                    f"{quote(one.name)} is used as a value in {quote(str(one))} and as a "
                    f"relation in {quote(str(two))}"
                )
        # From the first name on which the two part, they are fields of one model.
        for place, (mine, theirs) in enumerate(
            zip(path.names, other.names, strict=False)
        ):
            if mine != theirs:
                if mine.lower() == theirs.lower():
                    raise Refused(
                        f"{quote(mine)} and {quote(theirs)} differ in capitals alone"
                    )
                if place:
                    check_key(path, other, place)
                    check_key(other, path, place)
                break


def check_key(path: FieldPath, other: FieldPath, place: int) -> None:
    """Raise Refused where ``path`` takes the name of the key behind a relation.

    ``profile.company_id`` beside ``profile.company.name`` is that key and good; as a
    method, as a relation or with other capitals it is a second thing of one name.
    """
    name, relation = path.names[place], other.names[place]
    is_relation = place < len(other.names) - 1
    if is_relation and name.lower() == f"{relation}_id".lower():
        is_plain = place == len(path.names) - 1 and not path.method
        if name != f"{relation}_id" or not is_plain:
            raise Refused(
                f"{quote(name)} in {quote(str(path))} is what Django calls the key of "
                f"{quote(relation)}"
            )


def problems(answers: Mapping[str, object]) -> list[str]:
    """Return one line for each wrong answer."""
    return [line for name in RULES if (line := problem(name, answers))]


def quote(value: object) -> str:
    """Return ``value`` between quotes, on one line, cut, and fit for any terminal."""
    text = value if isinstance(value, str) else repr(value)
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    shown = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in text[:61]
    )
    shown = shown.encode(encoding, "backslashreplace").decode(encoding)
    if len(shown) > 60:
        shown = shown[:57] + "..."
    return f'"{shown}"'


def refusal(answers: Mapping[str, object]) -> str:
    """Return a line for each wrong answer, and the command to run again with the rest.

    Where all answers are good there is nothing to say.
    """
    wrong = problems(answers)
    if not wrong:
        return ""
    template = str(answers.get("_template", "."))
    # The user of an ssh address is no secret, and without one it leads elsewhere.
    words = ["cookiecutter", re.sub(r"(?<=://)(?<!ssh://)[^/]*@", "", template)]
    words += [
        f"{name}={tidied(name, answers[name])}"
        for name in RULES
        if not problem(name, answers)
    ]
    return "\n".join([*wrong, f"Run again: {shlex.join(words)}"])


def placeholders(answers: Mapping[str, object]) -> str:
    """Name the answers that are still the documentation's placeholders."""
    return ", ".join(
        name for name, value in PLACEHOLDERS.items() if answers[name] == value
    )


def hexed(text: str) -> str:
    """Return ``text`` in hex: whatever it holds, it ends no string in a hook."""
    return text.encode("utf-8", "backslashreplace").hex()


# --- What the templates write ---


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
    classes = []
    for relation, model in names.items():
        mine = {
            path: asked for path, asked in paths.items() if path.relation == relation
        }
        fields = model_links(relation, names)
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
    relation: tuple[str, ...], names: Mapping[tuple[str, ...], str]
) -> list[str]:
    """Write the fields by which one of the example's models refers to others."""
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
            links.append(
                f"    {other[-1]} = models.ForeignKey(\n"
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


# --- Cookiecutter ---

# What Jinja compiles a text without tags to; the text takes the place of TEXT.
AS_IT_STANDS = compile(
    "blocks = {}; name = debug_info = ''; text = 'TEXT'\ndef root(context): yield text",
    "text",
    "exec",
)


class JupidAnswers(Extension):
    """Gives the templates what stands above, and takes answers for nothing but text."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        # `cruft update` renders two versions of the template in one process.
        sys.modules.pop(__name__, None)
        if sys.version_info < (3, 10):
            found = ".".join(map(str, sys.version_info[:2]))
            raise FailedHookException(
                f"This template needs Python 3.10 or newer; Cookiecutter runs on {found}."
            )
        questions = json.loads((HERE / "cookiecutter.json").read_text("utf-8"))
        if lines := [stranger(name) for name in typed_names() if name not in questions]:
            raise FailedHookException("\n".join(lines))
        hooks = [hook.read_text("utf-8") for hook in (HERE / "hooks").glob("*.py")]
        private = [text for name, text in questions.items() if name.startswith("__")]
        self.trusted = {FOLDER, *map(str, private), *hooks}
        self.questions = questions
        self.jinja_compile: Callable[..., CodeType] = environment.compile
        vars(environment)["compile"] = self.compile
        environment.globals |= {
            "check": self.check,
            "settled_slug": settled_slug,
            "call": code_call,
        }
        environment.filters |= {
            "behind_relations": claims_behind_relations,
            "complete_fields": complete_fields,
            "example_models": example_models,
            "expected_claims": expected_claims,
            "hexed": hexed,
            "literal": json.dumps,
            "payload": payload,
            "placeholders": placeholders,
            "read_into": read_into,
            "read_payload": read_payload,
            "refusal": refusal,
            "without_email": without_email,
        }

    def compile(self, source: Any, name: str | None = None, *rest: Any) -> CodeType:
        """Let only the template's own text be a template.

        An answer that reaches Jinja (``key=value``, a user's configuration, an answer
        kept by cruft), the name of a file, and a file that mentions no answer are
        rendered as themselves. Jinja never reads them, which is quicker, too.
        """
        if source == FOLDER:
            return self.jinja_compile("{{ settled_slug() }}")
        is_ours = source in self.trusted if name is None else "cookiecutter" in source
        if not is_ours:
            constants = (source if c == "TEXT" else c for c in AS_IT_STANDS.co_consts)
            return AS_IT_STANDS.replace(co_consts=tuple(constants))
        return self.jinja_compile(source, name, *rest)

    @pass_context
    def check(self, context: Context, name: str) -> str:
        """Ask for the answer to ``name`` again until it is good.

        Where nobody can be asked, the last question reports on all of them.
        """
        answers: MutableMapping[str, Any] = context["cookiecutter"]
        number = list(RULES).index(name) + 1
        if can_ask():
            while line := problem(name, answers):
                click.echo(line)
                try:
                    answers[name] = read_user_variable(
                        name,
                        self.questions[name],
                        self.questions["__prompts__"],
                        f"  [dim][{number}/{len(RULES)}][/] ",
                    )
                except EOFError:
                    if sys.stdin.isatty():
                        raise  # Ctrl-D, which click answers as it does elsewhere
                    raise FailedHookException(line) from None
        elif number == len(RULES) and (lines := problems(answers)):
            raise FailedHookException("\n".join(lines))
        tidy(answers, [name])
        return ""


def can_ask() -> bool:
    """Whether somebody sits at a terminal and has not said otherwise."""
    command = click.get_current_context(silent=True)
    if command is not None and "no_input" in command.params:
        return not (command.params["no_input"] or command.params.get("replay"))
    # Another program, such as cruft, whose options click may not know of.
    return sys.stdin.isatty() and not {"--no-input", "-y"} & set(sys.argv)


def typed_names() -> list[str]:
    """The names that stand before an equals sign on Cookiecutter's command line."""
    command = click.get_current_context(silent=True)
    typed = command.params.get("extra_context") if command else None
    return list(typed) if isinstance(typed, dict) else []


def stranger(name: str) -> str:
    """Say that nothing asks for ``name``, and what may have been meant."""
    import difflib  # 5 ms, which no good run waits for

    near = difflib.get_close_matches(name, RULES, n=1)
    right = f"did you mean {near[0]}?" if near else f"write one of {', '.join(RULES)}."
    return f"{quote(name)} is no question of this template; {right}"


@pass_context
def settled_slug(context: Context) -> str:
    """Return the project folder's name, once all the answers are found to be good.

    Cookiecutter renders it before it writes anything, and whichever way the answers
    came: a replay file skips the prompts, and a hook runs when the folder stands.
    """
    answers: MutableMapping[str, Any] = context["cookiecutter"]
    if not answers.keys() >= RULES.keys():
        return FOLDER  # the questions are still being asked: somebody typed this
    if lines := refusal(answers):
        click.echo(lines, err=True)
        raise FailedHookException("Nothing was written.")
    tidy(answers, RULES)
    return str(answers["project_slug"])


def tidy(answers: MutableMapping[str, Any], names: Iterable[str]) -> None:
    """Put the tidied form in the place of each good answer."""
    for name in names:
        if not problem(name, answers):
            answers[name] = tidied(name, answers[name])
