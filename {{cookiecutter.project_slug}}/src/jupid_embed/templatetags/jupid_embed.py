"""`{% jupid_embed %}`: the embed on a page that Django renders."""

import re
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.template import Context
from django.urls import reverse

from .. import conf

register = template.Library()

# Root-relative: one slash, and nothing more that browsers read as one, or skip.
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
    Raises ValueError for any other value, and for a LOGIN_URL that is no page.
    """
    if not INITIAL_PATH.fullmatch(str(initial_path)):
        raise ValueError(
            "jupid_embed: initial_path must start with one / and hold no spaces or "
            f"backslashes, as in /reports, not {initial_path!r}."
        )
    for name, value, one, other in (
        ("shell", shell, "topbar", "sidebar"),
        ("chat", chat, "enabled", "disabled"),
    ):
        if value not in (None, one, other):
            raise ValueError(
                f'jupid_embed: {name} must be "{one}" or "{other}", not {value!r}.'
            )
    url = resolve_url(settings.LOGIN_URL) if settings.LOGIN_URL else ""
    if urlsplit(url).scheme not in ("", "http", "https"):
        raise ValueError(f"jupid_embed: LOGIN_URL must lead to a page, not to {url!r}.")
    request = getattr(context, "request", None) or context.get("request")
    headers = request.headers if isinstance(request, HttpRequest) else {}
    # A page that Turbo or htmx fetches has what a preload would ask for again.
    is_navigation = headers.get("Sec-Fetch-Dest") == "document"
    return {
        "app_url": conf.get("JUPID_EMBED_APP_URL"),
        "partner_id": conf.get("JUPID_EMBED_PARTNER_ID"),
        "endpoint": reverse("jupid_embed:token"),
        "login_url": url,
        "initial_path": initial_path,
        "shell": shell,
        "chat": chat,
        "nonce": nonce_of(context, request),
        "preloads_script": is_navigation,
        # Chromium alone sends this header, and alone asks once for a preloaded token.
        "preloads_token": is_navigation and "Sec-CH-UA" in headers,
    }


def nonce_of(context: Context, request: Any) -> str:
    """The page's CSP nonce, or "" where the host uses none.

    ``{% include … only %}`` keeps it from the context, and not from the request.
    """
    # Django keeps it on the request as _csp_nonce, django-csp as csp_nonce.
    names = ("_csp_nonce", "csp_nonce")
    found = [context.get("csp_nonce"), *(getattr(request, n, None) for n in names)]
    # All are lazy, and false until somebody reads them.
    return next(filter(None, (str(nonce) for nonce in found if nonce is not None)), "")
