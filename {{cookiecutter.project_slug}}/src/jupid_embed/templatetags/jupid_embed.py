"""`{% jupid_embed %}`: the embed on a page that Django renders."""

from __future__ import annotations

import re
from typing import Any

import django
from django import template
from django.conf import settings
from django.http import HttpRequest
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
# A scheme, as browsers read it: white space and control characters do not count.
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
UNREAD = re.compile(r"[\x00-\x20]")


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
    Raises ValueError for any other value, and for a LOGIN_URL that is no page.
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
    texts = {
        "loading": gettext("Loading…"),
        "signed-out": gettext("You are signed out."),
        "sign-in": gettext("Sign in again"),
        "no-email": gettext(
            "Your account has no email address. Add one, then try again."
        ),
        "not-allowed": gettext(
            "Your account may not open this. Ask for access, then try again."
        ),
        "unreachable": gettext(
            "This part of the page cannot be reached. "
            "Check your connection, then try again."
        ),
        "blocked": gettext(
            "Your browser may block this part of the page. Allow it, then try again."
        ),
        "broken": gettext("Something went wrong here. Please try again."),
        "retry": gettext("Try again"),
    }
    app_url, endpoint = conf.get("JUPID_EMBED_APP_URL"), reverse("jupid_embed:token")
    request = getattr(context, "request", None) or context.get("request")
    headers = request.headers if isinstance(request, HttpRequest) else {}
    # A page that Turbo or htmx fetches has what a preload would ask for again.
    is_navigation = headers.get("Sec-Fetch-Dest") == "document"
    return {
        "script": {
            "data-app-url": app_url,
            "data-endpoint": endpoint,
            "data-login-url": login_url(),
            "data-partner-id": conf.get("JUPID_EMBED_PARTNER_ID"),
            **{f"data-text-{name}": text for name, text in texts.items()},
        },
        "element": {"initial-path": initial_path, "shell": shell, "chat": chat},
        # True where mount.js never runs, and until it does.
        "text": gettext(
            "This part of the page needs JavaScript. If nothing more appears here, "
            "allow scripts of this site, then reload the page."
        ),
        "nonce": nonce_of(context, request),
        "preload_script": f"{app_url}/embed.js" if is_navigation else "",
        # Chromium alone sends this header, and alone asks once for a preloaded token.
        "preload_token": endpoint if is_navigation and "Sec-CH-UA" in headers else "",
    }


def login_url() -> str:
    """Return where the site signs people in; raise ValueError where that is no page."""
    url = resolve_url(settings.LOGIN_URL)
    scheme = SCHEME.match(UNREAD.sub("", url))
    if scheme and scheme[0].lower() not in ("http:", "https:"):
        raise ValueError(f"jupid_embed: LOGIN_URL must lead to a page, not to {url!r}.")
    return url


def nonce_of(context: Context, request: Any) -> str:
    """The page's CSP nonce, or "" where the host uses none.

    ``{% include … only %}`` keeps it from the context, and not from the request.
    """
    nonce = context.get("csp_nonce")
    if nonce is None and django.VERSION >= (6, 0):
        from django.middleware.csp import get_nonce

        nonce = get_nonce(request)
    if nonce is None:
        nonce = getattr(request, "csp_nonce", None)  # django-csp
    # All are lazy, and false until somebody reads them.
    return "" if nonce is None else str(nonce)
