"""Jupid's side of the session flow, and the pages that steer it."""

import json
import re
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from .advice import CLAIMS
from .jupid import NO_FAULTS, Faults, jupid
from .models import User
from .partner import ORIGIN, SettingError
from .reading import Unreadable, read_object, show
from .verify import judge_origin

EMBED_JS = Path(__file__).parent / "static" / "sandbox" / "embed.js"
BODIES = {"empty": "// A fault switch.\n", "broken": "window.JupidEmbed = {;\n"}
FOREIGN = {
    "error": "foreign_origin",
    "hint": "Only the sandbox's own pages may post here: hand the token to mount().",
}
MOUNT = ("partner_id", "origin", "initial_path", "shell", "chat")
View = Callable[[HttpRequest], HttpResponse]


def guard(get_response: View) -> View:
    """The middleware that logs what was asked, never a query or a token."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Cache-Control", "no-store")
        response.setdefault("Content-Security-Policy", "frame-ancestors 'none'")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # The server then closes the connection: one that idles would hold a thread.
        del response["Content-Length"]
        asked = f"{request.META['REQUEST_METHOD']} {request.path}"
        line = ascii(re.sub(r"[\w.=%~-]{40,}", "...", asked))[1:-1]
        # In one write: other threads log too.
        sys.stderr.write(f"{line} {response.status_code}\n")
        return response

    return answer


def page(
    request: HttpRequest,
    name: str,
    context: dict[str, Any],
    framed_by: Iterable[str] = (),
    status: int = 200,
) -> HttpResponse:
    """A page that these origins may frame, and nobody where none is given."""
    nonce = token_urlsafe(16)
    context = {**context, "nonce": nonce, "jupid": jupid}
    response = render(request, f"sandbox/{name}.html", context, status=status)
    response["Content-Security-Policy"] = (
        "default-src 'none'; base-uri 'none'; form-action 'self'; img-src 'self';"
        f" connect-src 'self'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}';"
        f" frame-ancestors {' '.join(framed_by) or repr('none')}"
    )
    return response


def steered(view: Callable[[dict[str, Any]], HttpResponse]) -> View:
    """A view of what a page of the sandbox posts, as JSON or as a form.

    A frame of another site has no cookies, and so Django's CSRF token cannot tell whose
    page it is: the origin does.
    """

    @require_POST
    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponse:
        if request.headers.get("Origin") != f"http://{request.get_host()}":
            return JsonResponse(FOREIGN, status=403)
        is_form = request.content_type == "application/x-www-form-urlencoded"
        try:
            sent = request.POST.dict() if is_form else read_object(request.body)
        except Unreadable as reason:
            hint = f"Send a JSON object; this is {reason.args[0]}."
            return JsonResponse({"error": "not_json", "hint": hint}, status=400)
        except UnreadablePostError:
            raise ConnectionAbortedError from None
        return view(sent)

    return checked


@require_GET
def script(request: HttpRequest) -> HttpResponse:
    jupid.count("scripts")
    state = jupid.faults["script"]
    time.sleep(jupid.faults["script_delay"])
    body = BODIES.get(state) or EMBED_JS.read_text("utf-8")
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    if state == "missing":
        response = HttpResponse("A fault switch holds embed.js back.\n", status=404)
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_GET
def frame(request: HttpRequest, partner_id: str) -> HttpResponse:
    jupid.count("frames")
    origins = jupid.partner.origins
    found = re.match(ORIGIN.pattern + "(?:/|$)", request.headers.get("Referer", ""))
    parent = found[0].rstrip("/") if found else ""
    if parent and parent not in origins:
        # Jupid would leave the frame blank; the sandbox is here to say why. No claim
        # stands on that page, so that any site may show it.
        told = {"verdicts": [judge_origin(parent, jupid.partner)]}
        return page(request, "session", {"session": told}, [parent], 403)
    context = {"partner_id": partner_id, "query": request.GET.dict()}
    context["origins"] = json.dumps([parent] if parent else origins)
    return page(request, "frame", context, origins)


@steered
def open_session(sent: dict[str, Any]) -> HttpResponse:
    mount = {name: str(sent.get(name, "")) for name in MOUNT}
    key = jupid.open_session(sent.get("token"), mount)
    return JsonResponse({"location": f"/session/{key}"}, status=201)


@require_GET
def show_session(request: HttpRequest, key: str) -> HttpResponse:
    origins = jupid.partner.origins
    # The key serves once: a copied address must not open somebody's session.
    session = jupid.waiting.pop(key, None)
    if session is None:
        told = "A session's address serves once. Mount the embed again.\n"
        policy = {"Content-Security-Policy": f"frame-ancestors {' '.join(origins)}"}
        return HttpResponse(told, "text/plain", status=410, headers=policy)
    claims = session["claims"] or {}
    rows = dict.fromkeys(CLAIMS, "")
    rows |= {name: show(value, indent=2) for name, value in claims.items()}
    return page(request, "session", {"session": session, "rows": rows}, origins)


@require_GET
def control(request: HttpRequest) -> HttpResponse:
    context = {"host": request.get_host(), "form": Faults(initial=jupid.faults)}
    return page(request, "control", context)


@require_GET
def state(request: HttpRequest) -> HttpResponse:
    told = {name: getattr(jupid, name) for name in ("faults", "effects")}
    return JsonResponse({**told, "sessions": [*jupid.sessions]})


@steered
def set_faults(sent: dict[str, Any]) -> HttpResponse:
    form = Faults({**NO_FAULTS, **sent})
    for name in sent.keys() - NO_FAULTS.keys():
        form.add_error(None, f"There is no fault {name}.")
    if not form.is_valid():
        told = {"error": "bad_fault", "hint": form.errors.as_text()}
        return JsonResponse(told, status=400)
    jupid.faults = form.cleaned_data
    return redirect("/")


@steered
def forget(sent: dict[str, Any]) -> HttpResponse:
    """Forget everybody and every fault; allow other origins where some are named."""
    origins = sent.get("origins", jupid.partner.origins)
    try:
        jupid.partner = replace(jupid.partner, origins=tuple(map(str, origins)))
    except (SettingError, TypeError) as problem:
        told = {"error": "bad_origin", "hint": str(problem)}
        return JsonResponse(told, status=400)
    User._default_manager.all().delete()
    jupid.forget()
    return redirect("/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(
        "Open the sandbox by 127.0.0.1, localhost or [::1], and send it at most 65536 "
        "bytes.",
        status=400,
        content_type="text/plain",
    )


def no_such_page(request: HttpRequest, exception: Exception) -> HttpResponse:
    text = "The sandbox has no such page."
    return HttpResponse(text, status=404, content_type="text/plain")
