"""Answers beside one another, and what a refusal says."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING

from .paths import Refused, name_of, parse_path, picks_row, quote
from .rules import RULES, parse_payload

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, MutableMapping

    from .paths import FieldPath

# What Cookiecutter would do otherwise if it were set; this template sets neither.
ACTED_ON = ("_copy_without_render", "_jinja2_env_vars")
PLACEHOLDERS = {
    "partner_id": "your-partner-id",
    "app_url": "https://jupid-staging-app.example.com",
}


def tidied(name: str, value: object) -> str:
    """Return the answer as it is rendered, or raise Refused."""
    if not isinstance(value, str):
        raise Refused("write text, in quotes where the file's format asks for them")
    return RULES[name](value.strip())


def tidy(answers: MutableMapping[str, object], names: Iterable[str]) -> None:
    """Put the tidied form in the place of each good answer."""
    for name in names:
        if not problem(name, answers):
            answers[name] = tidied(name, answers[name])


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
        for place, (mine, theirs) in enumerate(
            zip(path.steps, other.steps, strict=False)
        ):
            if name_of(mine) == name_of(theirs):
                check_many(path, other, place)
                continue
            # From the first name on which the two part, they are fields of one model.
            mine, theirs = name_of(mine), name_of(theirs)
            if mine.lower() == theirs.lower():
                raise Refused(
                    f"{quote(mine)} and {quote(theirs)} differ in capitals alone"
                )
            if place:
                check_key(path, other, place)
                check_key(other, path, place)
            break


def check_many(path: FieldPath, other: FieldPath, place: int) -> None:
    """Raise Refused where one relation leads to one row here and to many there."""
    mine, theirs = path.steps[place], other.steps[place]
    if picks_row(mine) != picks_row(theirs):
        many, one = (path, other) if picks_row(mine) else (other, path)
        raise Refused(
            f"{quote(name_of(mine))} has many rows in {quote(str(many))} and one in "
            f"{quote(str(one))}; write first() or last() in both, or in neither"
        )


def check_key(path: FieldPath, other: FieldPath, place: int) -> None:
    """Raise Refused where ``path`` takes the name of the key behind a relation.

    ``profile.company_id`` beside ``profile.company.name`` is that key and good; as a
    method, as a relation or with other capitals it is a second thing of one name.
    """
    name, relation = path.names[place], other.steps[place]
    is_key = place < len(other.names) - 1 and not picks_row(relation)
    if is_key and name.lower() == f"{relation}_id".lower():
        is_plain = place == len(path.names) - 1 and not path.method
        if name != f"{relation}_id" or not is_plain:
            raise Refused(
                f"{quote(name)} in {quote(str(path))} is what Django calls the key of "
                f"{quote(relation)}"
            )


def problems(answers: Mapping[str, object]) -> list[str]:
    """Return one line for each wrong answer."""
    return [line for name in RULES if (line := problem(name, answers))]


def refusal(answers: Mapping[str, object]) -> str:
    """Return a line for each wrong answer, and the command to run again with the rest.

    Where all answers are good there is nothing to say.
    """
    wrong = problems(answers)
    if not wrong:
        return ""
    words = ["cookiecutter", without_credentials(str(answers.get("_template", ".")))]
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


def without_credentials(template: str) -> str:
    """Return the template's address without what lets somebody in; a path as it is.

    The user of an ssh address is no secret, and without one it leads elsewhere.
    """
    parts = re.findall(r"\A([\w+.-]+://)?(?:([^/\\]*)@)?(?=([^?#]*))", template)
    scheme, who, where = map(str, parts[0])
    if not scheme and not re.match(r"[\w.-]{2,}:", where):
        return template
    is_ssh = not scheme or scheme.lower().endswith("ssh://")
    user = who.partition(":")[0] if is_ssh else ""
    return scheme + f"{user}@" * bool(user) + where


def strange_question(name: str) -> str:
    """Say that nothing asks for ``name``, and what may have been meant."""
    import difflib  # 5 ms, which no good run waits for

    near = difflib.get_close_matches(name, RULES, n=1)
    right = f"did you mean {near[0]}?" if near else f"write one of {', '.join(RULES)}."
    return f"{quote(name)} is no question of this template; {right}"


def several_values(given: Mapping[str, object]) -> list[str]:
    """Return a line for each answer of several values that would be lost in silence.

    Cookiecutter takes a list for a choice, and its first value where nobody is asked: of
    a payload's pairs too. Of a dictionary it takes nothing.
    """
    lost = [name for name in RULES if isinstance(given.get(name), dict)]
    lost += ["payload_fields"] * isinstance(given.get("payload_fields"), list)
    return [str(problem(name, given)) for name in lost]


def strange_settings(
    given: Mapping[str, object], ours: Mapping[str, object]
) -> list[str]:
    """Return a line for each private setting that is not the template's own.

    A user's configuration, a replay file and cruft can change what Cookiecutter does
    by them. Its own, such as ``_template``, only tell about the run.
    """
    lines = []
    for name, value in given.items():
        is_ours = name in ours and (
            value == ours[name] or (name.startswith("__") and value == "")
        )
        acts = name.startswith("__") or name in ours or name in ACTED_ON
        if name.startswith("_") and acts and not is_ours:
            lines.append(
                f"{quote(name)} is set to {quote(json.dumps(value, default=str))}; the "
                "template alone sets it, so take it out of your configuration, replay "
                "file or command."
            )
    return lines
