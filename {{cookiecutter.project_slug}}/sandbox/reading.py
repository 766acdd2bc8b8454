"""Reads a token by hand and by the letter, and shows what it found."""

import base64
import json
import math
import re
from datetime import datetime, timezone
from typing import Any

NOT_JSON = "Write a JSON object, as a JWT library does."


class Unreadable(Exception):
    """A part of a token cannot be read. Its args: what came, and how to mend it."""


def read_segment(text: str) -> bytes:
    """The bytes of one segment: base64url, no padding, no stray bits."""
    if not text:
        raise Unreadable("an empty segment", "Send the segment: it must not be empty.")
    if text.endswith("="):
        hint = "Cut the '=' at the end: a JWT has no padding."
        raise Unreadable("base64 with padding", hint)
    if not re.fullmatch("[A-Za-z0-9_-]*", text):
        hint = "Encode with base64url: letters, digits, '-' and '_' alone."
        raise Unreadable("characters outside base64url", hint)
    if len(text) % 4 == 1:
        hint = "Send the token whole: something cut it short."
        raise Unreadable("base64url that is cut off", hint)
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        hint = (
            "Send the segment as the encoder wrote it: its last character was changed."
        )
        raise Unreadable("base64url with stray bits at its end", hint)
    return raw


def read_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in those bytes: no name twice, no NaN, no broken Unicode."""
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_unique_names,
            parse_int=_number,
            parse_float=_number,
            parse_constant=_number,
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")
        is_deep = _is_deeper(value, 100)
    except UnicodeError:
        hint = "Write the JSON as UTF-8, without lone surrogates."
        raise Unreadable("text that is not UTF-8", hint) from None
    except (ValueError, RecursionError):
        raise Unreadable("text that is not JSON", NOT_JSON) from None
    if not isinstance(value, dict):
        raise Unreadable(kind(value), NOT_JSON)
    if is_deep:
        hint = "Nest at most 100 levels: readers differ in how deep they go."
        raise Unreadable("JSON of more than 100 levels", hint)
    return value


def _is_deeper(value: object, levels: int) -> bool:
    """Whether more lists and objects than that stand within one another."""
    inner: Any = list(value.values()) if isinstance(value, dict) else value
    is_in = isinstance(inner, list)
    return is_in and (not levels or any(_is_deeper(one, levels - 1) for one in inner))


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            hint = f"Write {show(name)} once: readers differ in which value counts."
            raise Unreadable(f"the name {show(name)} twice", hint)
        found[name] = value
    return found


def _number(text: str) -> float:
    is_whole = re.fullmatch("-?[0-9]+", text)
    if is_whole and len(text) > 20:
        hint = "Write so long a number as text: readers of JSON would round it."
        raise Unreadable(f"a number of {len(text)} digits", hint)
    number = int(text) if is_whole else float(text)
    if not math.isfinite(number):
        name = "Infinity" if text[-1].isdigit() else text
        hint = f"Leave {name} out: it is not JSON and browsers refuse it."
        raise Unreadable(f"the number {name}", hint)
    return number


def kind(value: object) -> str:
    """What a JSON value is, in words."""
    words = {bool: "true or false", str: "text", list: "a list", dict: "an object"}
    words |= {int: "a whole number", float: "a number with a fraction"}
    return words.get(type(value), "null")


def show(value: object, *, indent: int | None = None) -> str:
    """A JSON value as JSON, cut to a length that a page can show."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text if len(text) <= 300 else f"{text[:300]}… ({len(text)} characters)"


def moment(seconds: float) -> str:
    """A time in seconds since 1970, as a person reads it."""
    try:
        when = datetime.fromtimestamp(seconds, timezone.utc)
    except (OverflowError, ValueError, OSError):
        return "beyond the calendar"
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"
