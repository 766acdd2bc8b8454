"""Jupid's side of the session flow, as a WSGI application.

It is no Django project: settings belong to a whole process, and tests run the sandbox
in the process of the site. Only Django's template engine is used, for its escaping.
"""

from __future__ import annotations

import dataclasses
import json
import re
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from django.template import Context, Engine

from .advice import CLAIMS, email_changed, replayed
from .partner import Partner
from .reading import moment, show
from .store import User, Users
from .verify import Report, verify
from .web import (
    STATIC,
    Refusal,
    Response,
    json_body,
    origin_in,
    own_origin,
    read_body,
    refuse_foreign_host,
    refuse_foreign_post,
    static,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HERE = Path(__file__).parent
KEPT_SESSIONS = 50
SCRIPT_STATES = {
    "served": "as it should be",
    "missing": "missing (404)",
    "empty": "defines nothing",
    "broken": "a syntax error",
}
INITIAL_PATH = re.compile(r"/(?![/\\])[^\\\s]*")

pages = Engine(dirs=[str(HERE / "templates")], autoescape=True)


@dataclass
class Faults:
    """What goes wrong on purpose; may be changed while the sandbox runs."""

    script: str = "served"
    script_delay: float = 0.0
    deny_origin: bool = False
    clock_skew: int = 0
    wrong_secret: bool = False

    def __post_init__(self) -> None:
        if self.script not in SCRIPT_STATES:
            raise ValueError(f"script is one of {', '.join(SCRIPT_STATES)}.")
        if not 0 <= self.script_delay <= 60:
            raise ValueError("The delay of embed.js is 0 to 60 seconds.")
        if abs(self.clock_skew) > 86400:
            raise ValueError("The clock is off by at most 86400 seconds.")

    def described(self) -> list[str]:
        """The faults that are on, in words."""
        found = []
        if self.script != "served":
            found.append(f"embed.js: {SCRIPT_STATES[self.script]}")
        if self.script_delay:
            found.append(f"embed.js: {self.script_delay:g} s late")
        if self.deny_origin:
            found.append("every origin is denied")
        if self.clock_skew:
            found.append(f"the clock is {self.clock_skew:+d} s off")
        if self.wrong_secret:
            found.append("tokens are checked with another secret")
        return found


@dataclass
class Effects:
    """How often each thing happened since the start."""

    scripts: int = 0
    frames: int = 0
    sessions: int = 0
    accepted: int = 0
    refused: int = 0


@dataclass(frozen=True)
class Mount:
    """What the page gave to mount(), the token apart, and where it stands."""

    partner_id: str
    origin: str
    initial_path: str = "/"
    shell: str = ""
    chat: str = ""


@dataclass(frozen=True)
class Session:
    """One token that came, and what became of it; no user where it is refused."""

    report: Report
    mount: Mount
    user: User | None
    faults: tuple[str, ...]
    time: datetime


class Jupid:
    """The WSGI application. `partner` and `faults` may be set while it runs."""

    def __init__(self, partner: Partner, users: Users) -> None:
        self.partner = partner
        self.faults = Faults()
        self.effects = Effects()
        self.sessions: deque[Session] = deque(maxlen=KEPT_SESSIONS)
        self.closing = threading.Event()
        self._users = users
        self._lock = threading.Lock()
        self._seen_jti: set[tuple[str, str]] = set()
        self._waiting: dict[str, Session] = {}
        self._other_secret = secrets.token_urlsafe(48)

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        try:
            response = self._answer(environ)
        except Refusal as refusal:
            response = self._refused(environ, refusal)
        body = response.body.encode("utf-8", "backslashreplace")
        headers = {
            "Content-Type": f"{response.kind}; charset=utf-8",
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            **response.headers,
        }
        start_response(response.status, list(headers.items()))
        return [body]

    def _answer(self, environ: WSGIEnvironment) -> Response:
        refuse_foreign_host(environ)
        # WSGI hands bytes over as Latin-1.
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        head, _, rest = path.removeprefix("/").partition("/")
        routes: dict[tuple[str, bool], tuple[str, Callable[[], Response]]] = {
            ("", False): ("GET", lambda: self._control(environ)),
            ("faults", False): ("POST", lambda: self._set_faults(environ)),
            ("embed.js", False): ("GET", self._script),
            ("embed", True): ("GET", lambda: self._frame(environ, rest)),
            ("session", False): ("POST", lambda: self._open_session(environ)),
            ("session", True): ("GET", lambda: self._show_session(rest)),
            ("static", True): ("GET", lambda: static(rest)),
        }
        method, answer = routes.get((head, bool(rest)), ("", None))
        if answer is None:
            raise Refusal("404 Not Found", "not_found", "The sandbox has no such page.")
        if environ["REQUEST_METHOD"] != method:
            raise Refusal(
                "405 Method Not Allowed", "wrong_method", f"Send it by {method}."
            )
        return answer()

    def _count(self, effect: str) -> None:
        with self._lock:
            setattr(self.effects, effect, getattr(self.effects, effect) + 1)

    # embed.js and the frame

    def _script(self) -> Response:
        self._count("scripts")
        faults = dataclasses.replace(self.faults)
        self.closing.wait(faults.script_delay)
        if faults.script == "missing":
            hint = "A fault switch of the sandbox holds embed.js back."
            raise Refusal("404 Not Found", "not_found", hint)
        bodies = {"empty": "// A fault switch.\n", "broken": "window.JupidEmbed = {;\n"}
        body = bodies.get(faults.script) or STATIC["embed.js"].read_text("utf-8")
        headers = {"Cross-Origin-Resource-Policy": "cross-origin"}
        return Response(body, kind="text/javascript", headers=headers)

    def _frame(self, environ: WSGIEnvironment, partner_id: str) -> Response:
        self._count("frames")
        query = parse_qs(environ.get("QUERY_STRING", ""))
        context = {
            "partner_id": partner_id,
            "origins": json.dumps(self.partner.origins),
            "initial_path": query.get("initialPath", ["/"])[0],
            "shell": query.get("shell", [""])[0],
            "chat": query.get("chat", [""])[0],
        }
        referrer = environ.get("HTTP_REFERER", "")
        return self._page("frame.html", context, framed_by=referrer)

    # The session

    def _open_session(self, environ: WSGIEnvironment) -> Response:
        refuse_foreign_post(environ)
        body = json_body(environ)
        mount = _mount(body)
        self._count("sessions")
        session = self._judge(body.get("token"), mount)
        self._count("accepted" if session.user else "refused")
        key = secrets.token_urlsafe(32)
        with self._lock:
            self.sessions.appendleft(session)
            self._waiting[key] = session
            while len(self._waiting) > KEPT_SESSIONS:
                del self._waiting[next(iter(self._waiting))]
        location = json.dumps({"location": f"/session/{key}"})
        return Response(location, "201 Created", "application/json")

    def _judge(self, token: object, mount: Mount) -> Session:
        faults = dataclasses.replace(self.faults)
        partner = self.partner
        if faults.wrong_secret:
            partner = dataclasses.replace(partner, secret=self._other_secret)
        if faults.deny_origin:
            partner = dataclasses.replace(partner, origins=("https://denied.invalid",))
        report = verify(
            token,
            origin=mount.origin,
            partner_id=mount.partner_id,
            partner=partner,
            now=time.time() + faults.clock_skew,
        )
        found = []
        user = None
        if self._is_replay(report):
            found.append(replayed((report.claims or {})["jti"]))
        if report.accepted and report.claims:
            user = self._users.visit(report.claims)
            if user.email != report.claims["email"]:
                found.append(email_changed(user.email, report.claims["email"]))
        report = dataclasses.replace(report, advice=(*found, *report.advice))
        told = tuple(faults.described())
        return Session(report, mount, user, told, datetime.now())

    def _is_replay(self, report: Report) -> bool:
        claims = report.claims or {}
        jti = claims.get("jti")
        # A forged jti must not mark the true one as seen.
        if "signature" in report.failed or not isinstance(jti, str):
            return False
        seen = (str(claims.get("iss")), jti)
        with self._lock:
            known = seen in self._seen_jti
            self._seen_jti.add(seen)
        return known

    def _show_session(self, key: str) -> Response:
        # The key serves once: a copied address must not open somebody's session.
        with self._lock:
            session = self._waiting.pop(key, None)
        if session is None:
            hint = "A session's address serves once. Mount the embed again."
            raise Refusal("410 Gone", "session_used", hint)
        claims = session.report.claims or {}
        names = [*CLAIMS, *(name for name in claims if name not in CLAIMS)]
        rows = [(name, _row(name, claims)) for name in names]
        context = {"session": session, "report": session.report, "rows": rows}
        context |= {"claims_read": session.report.claims is not None}
        return self._page("session.html", context, framed_by=session.mount.origin)

    # The control page

    def _control(self, environ: WSGIEnvironment) -> Response:
        context = {
            "address": own_origin(environ),
            "partner": self.partner,
            "faults": self.faults,
            "faults_on": self.faults.described(),
            "delay": f"{self.faults.script_delay:g}",
            "skew": str(self.faults.clock_skew),
            "script_states": SCRIPT_STATES,
            "effects": {k: str(v) for k, v in vars(self.effects).items()},
            "sessions": [*self.sessions][:10],
        }
        return self._page("control.html", context, framed_by=None)

    def _set_faults(self, environ: WSGIEnvironment) -> Response:
        refuse_foreign_post(environ)
        form = {
            k: v[0] for k, v in parse_qs(read_body(environ).decode("latin-1")).items()
        }
        try:
            self.faults = Faults(
                script=form.get("script", "served"),
                script_delay=float(form.get("script_delay", "0")),
                deny_origin="deny_origin" in form,
                clock_skew=int(form.get("clock_skew", "0")),
                wrong_secret="wrong_secret" in form,
            )
        except ValueError as error:
            raise Refusal("400 Bad Request", "bad_fault", str(error)) from None
        return Response("", "303 See Other", headers={"Location": "/"})

    def _page(
        self, template: str, context: dict[str, Any], *, framed_by: str | None
    ) -> Response:
        """A page that the allowed origins may frame, and nobody where None is given.

        `framed_by`, the origin that does frame it, is let in even when it is refused:
        Jupid would leave the frame blank, the sandbox is here to say why.
        """
        ancestors = "'none'"
        if framed_by is not None:
            origins = dict.fromkeys([*self.partner.origins, origin_in(framed_by)])
            ancestors = " ".join(filter(None, origins))
        nonce = secrets.token_urlsafe(16)
        policy = (
            "default-src 'none'; base-uri 'none'; form-action 'self'; img-src 'self';"
            f" connect-src 'self'; script-src 'nonce-{nonce}';"
            f" style-src 'nonce-{nonce}'; frame-ancestors {ancestors}"
        )
        body = pages.get_template(template).render(Context({**context, "nonce": nonce}))
        return Response(body, headers={"Content-Security-Policy": policy})

    def _refused(self, environ: WSGIEnvironment, refusal: Refusal) -> Response:
        if environ["REQUEST_METHOD"] == "GET":
            context = {"error": refusal.status, "hint": refusal.hint}
            page = self._page("message.html", context, framed_by="")
            return dataclasses.replace(page, status=refusal.status)
        body = json.dumps({"error": refusal.error, "hint": refusal.hint})
        return Response(body, refusal.status, "application/json")


def _row(name: str, claims: dict[str, Any]) -> str:
    if name not in claims:
        return ""
    text = show(claims[name], indent=2)
    is_time = name in ("iat", "exp") and type(claims[name]) is int
    return f"{text}  {moment(claims[name])}" if is_time else text


def _mount(body: dict[str, Any]) -> Mount:
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
        raise Refusal("400 Bad Request", "bad_option", hint)
    return Mount(
        partner_id=given["partnerId"],
        origin=given["origin"],
        initial_path=given["initialPath"],
        shell=given["shell"],
        chat=given["chat"],
    )
