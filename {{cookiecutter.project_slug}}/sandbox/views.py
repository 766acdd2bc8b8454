"""Jupid's side of the session flow, and the pages that steer it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import wraps
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from .advice import CLAIMS
from .jupid import FaultForm, Faults, Mount, jupid
from .middleware import Refusal, page
from .models import User
from .partner import SettingError, origin_in
from .reading import Unreadable, moment, read_object, show
from .verify import judge_origin

INITIAL_PATH = re.compile(r"/(?![/\\])[^\\\s]*")
EMBED_JS = Path(__file__).parent / "static" / "sandbox" / "embed.js"
View = Callable[[HttpRequest], HttpResponse]


def posted_by_own_page(view: View) -> View:
    """Refuse what a page of another site posts.

    A frame of another site has no cookies, and so Django's CSRF token cannot tell.
    """

    @require_POST
    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponse:
        if request.headers.get("Origin") != own_origin(request):
            hint = (
                "Only the sandbox's own pages may post here: hand the token to mount()."
            )
            raise Refusal(403, "foreign_origin", hint)
        return view(request)

    return checked


def own_origin(request: HttpRequest) -> str:
    return f"http://{request.get_host()}"


def json_body(request: HttpRequest) -> dict[str, Any]:
    if request.content_type != "application/json":
        hint = "Send the token in a body of type application/json."
        raise Refusal(415, "not_json", hint)
    try:
        return read_object(request.body)
    except Unreadable as reason:
        hint = f"Send a JSON object; this is {reason.came}."
        raise Refusal(400, "not_json", hint) from None


# embed.js and the frame


@require_GET
def script(request: HttpRequest) -> HttpResponse:
    jupid.count("scripts")
    faults = jupid.faults
    time.sleep(faults.script_delay)
    bodies = {
        "served": EMBED_JS.read_text("utf-8"),
        "missing": "A fault switch of the sandbox holds embed.js back.\n",
        "empty": "// A fault switch.\n",
        "broken": "window.JupidEmbed = {;\n",
    }
    return HttpResponse(
        bodies[faults.script],
        status=404 if faults.script == "missing" else 200,
        content_type="text/javascript; charset=utf-8",
        headers={"Cross-Origin-Resource-Policy": "cross-origin"},
    )


@require_GET
def frame(request: HttpRequest, partner_id: str) -> HttpResponse:
    jupid.count("frames")
    allowed = jupid.partner.origins
    parent = origin_in(request.headers.get("Referer", ""))
    if parent and parent not in allowed:
        # Jupid would leave the frame blank; the sandbox is here to say why. No claim
        # stands on that page, so that any site may show it.
        verdicts = [judge_origin(parent, jupid.partner)]
        response = page(
            request, "origin.html", {"verdicts": verdicts}, framed_by=[parent]
        )
        response.status_code = 403
        return response
    context = {
        "partner_id": partner_id,
        "origins": json.dumps([parent] if parent else allowed),
        "initial_path": request.GET.get("initialPath", "/"),
        "shell": request.GET.get("shell", ""),
        "chat": request.GET.get("chat", ""),
    }
    return page(request, "frame.html", context, framed_by=allowed)


# The session


@posted_by_own_page
def open_session(request: HttpRequest) -> HttpResponse:
    body = json_body(request)
    key = jupid.open_session(body.get("token"), mount_in(body))
    return JsonResponse({"location": f"/session/{key}"}, status=201)


def mount_in(body: dict[str, Any]) -> Mount:
    """The options that the frame passes on, checked as the SDK checks them."""
    names = {"partnerId": "", "origin": "", "initialPath": "/", "shell": "", "chat": ""}
    given = {name: body.get(name, default) for name, default in names.items()}
    hint = ""
    if not all(isinstance(value, str) for value in given.values()):
        hint = f"Send {', '.join(names)} as text."
    elif not INITIAL_PATH.fullmatch(given["initialPath"]):
        hint = "initialPath is a path from the root: it starts with one '/'."
    elif given["shell"] not in ("", "topbar", "sidebar"):
        hint = "shell is topbar or sidebar."
    elif given["chat"] not in ("", "enabled", "disabled"):
        hint = "chat is enabled or disabled."
    if hint:
        raise Refusal(400, "bad_option", hint)
    return Mount(*given.values())


@require_GET
def show_session(request: HttpRequest, key: str) -> HttpResponse:
    # The key serves once: a copied address must not open somebody's session.
    session = jupid.take_session(key)
    if session is None:
        hint = "A session's address serves once. Mount the embed again."
        raise Refusal(410, "session_used", hint)
    claims = session.report.claims or {}
    names = [*CLAIMS, *(name for name in claims if name not in CLAIMS)]
    context = {
        "session": session,
        "report": session.report,
        "verdicts": session.report.verdicts,
        "rows": [(name, row(name, claims)) for name in names],
    }
    return page(request, "session.html", context, framed_by=jupid.partner.origins)


def row(name: str, claims: dict[str, Any]) -> str:
    if name not in claims:
        return ""
    text = show(claims[name], indent=2)
    is_time = name in ("iat", "exp") and type(claims[name]) is int
    return f"{text}  {moment(claims[name])}" if is_time else text


# What steers it: the control page, and the same as JSON for tests


@require_GET
def control(request: HttpRequest) -> HttpResponse:
    context = {
        "address": own_origin(request),
        "partner": jupid.partner,
        "faults_on": jupid.faults.described(),
        "form": FaultForm(initial=asdict(jupid.faults), label_suffix=""),
        "effects": dict(jupid.effects),
        "sessions": [*jupid.sessions][:10],
    }
    return page(request, "control.html", context)


@require_GET
def state(request: HttpRequest) -> HttpResponse:
    return JsonResponse(
        {
            "origins": jupid.partner.origins,
            "faults": asdict(jupid.faults),
            "effects": dict(jupid.effects),
            "sessions": [session.as_json() for session in [*jupid.sessions]],
        }
    )


def steered(request: HttpRequest) -> HttpResponse:
    """What a form of the control page gets, and a program."""
    if request.content_type == "application/json":
        return JsonResponse({})
    return redirect("/")


def sent_in(request: HttpRequest) -> dict[str, Any]:
    if request.content_type == "application/json":
        return json_body(request)
    return request.POST.dict()


@posted_by_own_page
def set_faults(request: HttpRequest) -> HttpResponse:
    sent = sent_in(request)
    for name in sent.keys() - asdict(Faults()).keys():
        raise Refusal(400, "bad_fault", f"There is no fault {show(name)}.")
    form = FaultForm({**asdict(Faults()), **sent})
    if not form.is_valid():
        raise Refusal(400, "bad_fault", str(next(iter(form.errors.values()))[0]))
    jupid.faults = Faults(**form.cleaned_data)
    return steered(request)


@posted_by_own_page
def reset(request: HttpRequest) -> HttpResponse:
    """Forget everybody and every fault; allow other origins where some are named."""
    origins = sent_in(request).get("origins")
    if origins is not None:
        try:
            jupid.partner = replace(jupid.partner, origins=tuple(map(str, origins)))
        except (SettingError, TypeError) as problem:
            raise Refusal(400, "bad_origin", str(problem)) from None
    User._default_manager.all().delete()
    jupid.forget()
    return steered(request)
