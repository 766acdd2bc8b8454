"""Reads a token by hand and by the letter, and shows what it found."""

from __future__ import annotations

import base64
import json
import math
import re
from datetime import datetime, timezone
from typing import Any

BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
SHOWN_CHARACTERS = 300
INTEGER_CHARACTERS = 20
NESTING = 100


class Unreadable(Exception):
    """A part of a token cannot be read: what came, and how to mend it."""

    def __init__(self, came: str, hint: str) -> None:
        super().__init__(came)
        self.came = came
        self.hint = hint


def read_segment(text: str) -> bytes:
    """The bytes of one segment: base64url, no padding, no stray bits."""
    if not text:
        raise Unreadable("an empty segment", "Send the segment: it must not be empty.")
    if text.endswith("="):
        raise Unreadable(
            "base64 with padding", "Cut the '=' at the end: a JWT has no padding."
        )
    if not BASE64URL.fullmatch(text):
        raise Unreadable(
            "characters outside base64url",
            "Encode with base64url: letters, digits, '-' and '_' alone.",
        )
    if len(text) % 4 == 1:
        raise Unreadable(
            "base64url that is cut off",
            "Send the token whole: something cut it short.",
        )
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise Unreadable(
            "base64url with stray bits at its end",
            "Send the segment as the encoder wrote it: its last character was changed.",
        )
    return raw


def read_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in those bytes: no name twice, no NaN, no broken Unicode."""
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_unique_names,
            parse_constant=_refuse_constant,
            parse_int=_short_integer,
            parse_float=_finite_float,
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")
        is_deep = _depth(value) > NESTING
    except (UnicodeDecodeError, UnicodeEncodeError):
        raise Unreadable(
            "text that is not UTF-8",
            "Write the JSON as UTF-8, without lone surrogates.",
        ) from None
    except (ValueError, RecursionError):
        raise Unreadable(
            "text that is not JSON", "Write a JSON object, as a JWT library does."
        ) from None
    if not isinstance(value, dict):
        raise Unreadable(kind(value), "Write a JSON object, as a JWT library does.")
    if is_deep:
        raise Unreadable(
            f"JSON of more than {NESTING} levels",
            f"Nest at most {NESTING} levels: readers differ in how deep they go.",
        )
    return value


def _depth(value: object) -> int:
    """How many lists and objects stand within one another."""
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Unreadable(
                f"the name {show(name)} twice",
                f"Write {show(name)} once: readers differ in which value counts.",
            )
        found[name] = value
    return found


def _refuse_constant(name: str) -> None:
    raise Unreadable(
        f"the number {name}",
        f"Leave {name} out: it is not JSON and browsers refuse it.",
    )


def _short_integer(text: str) -> int:
    if len(text) > INTEGER_CHARACTERS:
        raise Unreadable(
            f"a number of {len(text)} digits",
            "Write so long a number as text: readers of JSON would round it.",
        )
    return int(text)


def _finite_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _refuse_constant("Infinity")
    return number


def kind(value: object) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text"
    if isinstance(value, int):
        return "a whole number"
    if isinstance(value, float):
        return "a number with a fraction"
    return "a list" if isinstance(value, list) else "an object"


def show(value: object, *, indent: int | None = None) -> str:
    """A JSON value as JSON, cut to a length that a page can show."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    if len(text) > SHOWN_CHARACTERS:
        return f"{text[:SHOWN_CHARACTERS]}… ({len(text)} characters)"
    return text


def moment(seconds: float) -> str:
    """A time in seconds since 1970, as a person reads it."""
    try:
        when = datetime.fromtimestamp(seconds, timezone.utc)
    except (OverflowError, ValueError, OSError):
        return "beyond the calendar"
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"
