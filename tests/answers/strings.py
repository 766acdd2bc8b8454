"""Answers made by Hypothesis: good ones, spoilt ones, and any strings whatever."""

from __future__ import annotations

from hypothesis import strategies as st

# What breaks out of a string, a line, a tag, a template or a file in some language.
NASTY = [
    *"'\"\\`$#%&;|<>(){}[]=,:/.-_@~! \t\n\r\0\x07\x1b\x7f\x85\xa0",
    "\u2028",
    "\u2029",
    "\u200b",
    "\u200f",
    "\u202e",
    "\ufeff",
    "\ud800",
    "\udfff",
    "\U0001f600",
    "é",
    "ﬁ",
    "ⅰ",
    "٣",
    '"""',
    "'''",
    "\\\\",
    "\\u0041",
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "{{ 7 * 7 }}",
    "{{ cookiecutter }}",
    "{{ check('partner_id') }}",
    "{% raw %}",
    "{% endraw %}",
    "${HOME}",
    "$(id)",
    "%s",
    "{0}",
    "</script>",
    "-->",
    "\x1b[31m",
]

CHANGES_LITTLE = ("pk", "id", "uid", "public_id", "key", "profile.user_id", "a.b.c.d")
WORDS = (
    *("email", "get_full_name()", "company_name", "profile.company_name"),
    *("profile.get_plan_display()", "account.plan.name", "a.b.c.d", "x1", "Über"),
    *("memberships.first().role", "orders.last().lines.first().get_sku()"),
    *("company", "profile.company_id", "profile.company.name", "user_id", "is_staff"),
)


def good_answers(name: str) -> st.SearchStrategy[str]:
    """Strings that are good answers, nearly all of them."""
    paths = st.sampled_from(WORDS) | st.from_regex(
        r"[a-z][a-z0-9_]{0,8}((\.(first|last)\(\))?\.[A-Za-z][a-z0-9]{0,9}){0,3}(\(\))?",
        fullmatch=True,
    )
    pair = st.builds(
        "{}={}".format, st.from_regex(r"[a-z]\w{0,9}", fullmatch=True), paths
    )
    made: dict[str, st.SearchStrategy[str]] = {
        "project_slug": st.from_regex(r"[a-z0-9]+([-_][a-z0-9]+){0,3}", fullmatch=True),
        "partner_id": st.from_regex(
            r"[A-Za-z0-9][A-Za-z0-9._-]{0,130}", fullmatch=True
        ),
        "audience": st.from_regex(
            r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,130}", fullmatch=True
        ),
        "app_url": st.builds(
            "{}{}{}{}".format,
            st.sampled_from(["https://", "HTTPS://", "http://"]),
            st.sampled_from(["localhost", "127.0.0.1", "[::1]", "App.Jupid.com", "1.2"])
            | st.from_regex(r"[a-z0-9]+([.-][a-z0-9]+){1,3}", fullmatch=True),
            st.sampled_from(["", ":443", ":80", ":8443", ":0443", ":0", ":99999"]),
            st.sampled_from(["", "/"]),
        ),
        "user_id_field": st.sampled_from(CHANGES_LITTLE) | paths,
        "payload_fields": st.just("none")
        | st.lists(pair | paths, min_size=1, max_size=6).map(", ".join),
    }
    return made.get(name, paths)


def any_answers(name: str) -> st.SearchStrategy[str]:
    """Any string: noise, nasty pieces, good answers whole and spoilt, and 100 kB of each."""
    good = good_answers(name)
    nasty = st.sampled_from(NASTY)
    spoilt = st.builds(
        lambda text, piece, place: text[: place % 50] + piece + text[place % 50 :],
        good,
        nasty,
        st.integers(0, 49),
    )
    noise = st.text(st.characters()) | st.lists(nasty, max_size=9).map("".join)
    padded = st.builds(
        "{1}{0}{1}".format, good, st.sampled_from(["", " ", "\t", "\u2028"])
    )
    small = st.one_of(good, padded, spoilt, noise)
    huge = st.one_of(good, nasty, noise).map(
        lambda text: ((text or "x") * 100_000)[:100_000]
    )
    return st.one_of(small, small, small, small, small, small, small, small, huge)
