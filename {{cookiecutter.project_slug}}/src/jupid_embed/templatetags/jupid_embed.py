"""`{% jupid_embed %}`: the embed on a page that Django renders."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.conf import settings
from django.shortcuts import resolve_url
from django.template import Context
from django.urls import reverse
from django.utils.translation import gettext

from .. import conf

register = template.Library()

SHELLS = ("topbar", "sidebar")
CHATS = ("enabled", "disabled")

# Root-relative: one slash, no second one. Browsers read a backslash as a slash and
# skip tabs and line ends, so none of these may stand in the path.
INITIAL_PATH = re.compile(r"/(?!/)[^\\\s\x00-\x1f\x7f]*")


@register.inclusion_tag("jupid_embed/mount.html", takes_context=True)
def jupid_embed(
    context: Context,
    *,
    initial_path: str = "/",
    shell: str | None = None,
    chat: str | None = None,
) -> dict[str, Any]:
    """Render `<jupid-embed>` and its script.

    `initial_path` is where a returning user lands. `shell` is "topbar" or "sidebar"
    and `chat` "enabled" or "disabled"; left out, Jupid's configuration holds.
    Raises ValueError for any other value.
    """
    if not isinstance(initial_path, str) or not INITIAL_PATH.fullmatch(initial_path):
        raise ValueError(
            "jupid_embed: initial_path must start with one / and hold no spaces or "
            f"backslashes, as in /reports, not {initial_path!r}."
        )
    if shell is not None and shell not in SHELLS:
        raise ValueError(
            f'jupid_embed: shell must be "topbar" or "sidebar", not {shell!r}.'
        )
    if chat is not None and chat not in CHATS:
        raise ValueError(
            f'jupid_embed: chat must be "enabled" or "disabled", not {chat!r}.'
        )
    return {
        "endpoint": reverse("jupid_embed:token"),
        "login_url": resolve_url(settings.LOGIN_URL),
        "app_url": conf.get("JUPID_EMBED_APP_URL"),
        "partner_id": conf.get("JUPID_EMBED_PARTNER_ID"),
        "initial_path": initial_path,
        "shell": shell,
        "chat": chat,
        "texts": {
            "loading": gettext("Loading…"),
            "signed-out": gettext("You are signed out."),
            "sign-in": gettext("Sign in again"),
            "no-email": gettext(
                "Your account has no email address. Add one, then try again."
            ),
            "unreachable": gettext(
                "This part of the page cannot be reached. "
                "Check your connection, then try again."
            ),
            "broken": gettext("Something went wrong here. Please try again."),
            "retry": gettext("Try again"),
        },
        "noscript": gettext("This part of the page needs JavaScript."),
        "nonce": nonce_of(context),
    }


def nonce_of(context: Context) -> str:
    """The page's CSP nonce, or "" where the host uses none."""
    nonce = context.get("csp_nonce")  # Django 6.0 and later
    if nonce is None:
        nonce = getattr(context.get("request"), "csp_nonce", None)  # django-csp
    # Both are lazy, and false until somebody reads them.
    return "" if nonce is None else str(nonce)
