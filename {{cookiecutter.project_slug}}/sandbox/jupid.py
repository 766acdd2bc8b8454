"""What Jupid knows while it runs: its partner, the faults, and who came."""

from __future__ import annotations

import dataclasses
import secrets
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass
from typing import Any

from django import forms

from .advice import email_changed, replayed
from .models import User, visit
from .partner import Partner
from .verify import Report, verify

KEPT_SESSIONS = 50
SCRIPT_STATES = {
    "served": "as it should be",
    "missing": "missing (404)",
    "empty": "defines nothing",
    "broken": "a syntax error",
}


@dataclass(frozen=True)
class Faults:
    """What goes wrong on purpose; times in seconds."""

    script: str = "served"
    script_delay: float = 0.0
    deny_origin: bool = False
    clock_skew: int = 0
    wrong_secret: bool = False

    def described(self) -> list[str]:
        """The faults that are on, in words."""
        words = {
            f"embed.js: {SCRIPT_STATES[self.script]}": self.script != "served",
            f"embed.js: {self.script_delay:g} s late": self.script_delay,
            "every origin is denied": self.deny_origin,
            f"the clock is {self.clock_skew:+d} s off": self.clock_skew,
            "tokens are checked with another secret": self.wrong_secret,
        }
        return [text for text, is_on in words.items() if is_on]


def told(text: str) -> dict[str, str]:
    """The one message of a field, whatever is wrong with it."""
    codes = ("required", "invalid", "invalid_choice", "min_value", "max_value")
    return dict.fromkeys(codes, text)


class FaultForm(forms.Form):
    """The fault switches, as the control page and the tests set them."""

    script = forms.ChoiceField(
        label="embed.js is",
        choices=SCRIPT_STATES,
        error_messages=told(f"script is one of {', '.join(SCRIPT_STATES)}."),
    )
    script_delay = forms.FloatField(
        label="embed.js is late by, in seconds",
        min_value=0,
        max_value=60,
        error_messages=told("The delay of embed.js is 0 to 60 seconds."),
    )
    clock_skew = forms.IntegerField(
        label="The clock is off by, in seconds",
        min_value=-86400,
        max_value=86400,
        error_messages=told("The clock is off by at most 86400 seconds."),
    )
    deny_origin = forms.BooleanField(label="Deny every origin", required=False)
    wrong_secret = forms.BooleanField(
        label="Check tokens with another secret", required=False
    )


@dataclass(frozen=True)
class Mount:
    """What the page gave to mount(), the token apart, and where it stands."""

    partner_id: str
    origin: str
    initial_path: str
    shell: str
    chat: str


@dataclass(frozen=True)
class Session:
    """One token that came, and what became of it; no user where it is refused."""

    report: Report
    mount: Mount
    user: User | None
    faults: list[str]
    time: str

    def as_json(self) -> dict[str, Any]:
        names = ("partner_id", "sub", "email", "name", "visits")
        return {
            "accepted": self.report.accepted,
            "failed": self.report.failed,
            **dataclasses.asdict(self.report),
            "mount": dataclasses.asdict(self.mount),
            "user": self.user and {name: getattr(self.user, name) for name in names},
            "faults": self.faults,
            "time": self.time,
        }


class Jupid:
    """The one that `python -m sandbox` runs. All of it is lost when the process ends."""

    partner: Partner

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._other_secret = secrets.token_urlsafe(48)
        self.forget()

    def forget(self) -> None:
        """Begin anew, as if nobody had come."""
        self.faults = Faults()
        #: How often each thing happened.
        self.effects = Counter(scripts=0, frames=0, sessions=0, accepted=0, refused=0)
        #: The last ones, newest first.
        self.sessions: deque[Session] = deque(maxlen=KEPT_SESSIONS)
        self._waiting: dict[str, Session] = {}
        self._seen_jti: set[tuple[str, str]] = set()

    def count(self, *effects: str) -> None:
        with self._lock:
            self.effects.update(effects)

    def open_session(self, token: object, mount: Mount) -> str:
        """Judge a token; return the key under which what became of it is shown once."""
        session = self._judge(token, mount)
        self.count("sessions", "accepted" if session.user else "refused")
        key = secrets.token_urlsafe(32)
        with self._lock:
            self.sessions.appendleft(session)
            self._waiting[key] = session
            while len(self._waiting) > KEPT_SESSIONS:
                del self._waiting[next(iter(self._waiting))]
        return key

    def take_session(self, key: str) -> Session | None:
        with self._lock:
            return self._waiting.pop(key, None)

    def _judge(self, token: object, mount: Mount) -> Session:
        faults, partner = self.faults, self.partner
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
        claims = report.claims or {}
        if self._is_replay(report):
            found.append(replayed(claims["jti"]))
        if report.accepted:
            with self._lock:
                user = visit(claims)
            if user.email != claims["email"]:
                found.append(email_changed(user.email, claims["email"]))
        report = dataclasses.replace(report, advice=(*found, *report.advice))
        clock = time.strftime("%H:%M:%S")
        return Session(report, mount, user, faults.described(), clock)

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


jupid = Jupid()
