"""What Jupid knows while it runs: its partner, the faults, and who came."""

import secrets
import threading
import time
from collections import Counter, deque
from dataclasses import replace
from typing import Any

from django import forms

from .advice import email_changed, replayed
from .models import visit
from .partner import Partner
from .verify import verify

SCRIPTS = [(name, name) for name in ("served", "missing", "empty", "broken")]
KEPT_SESSIONS = 50


class Faults(forms.Form):
    """What goes wrong on purpose, as the control page and the tests set it."""

    script = forms.ChoiceField(choices=SCRIPTS, initial="served")
    script_delay = forms.FloatField(min_value=0, max_value=60, initial=0)
    clock_skew = forms.IntegerField(min_value=-86400, max_value=86400, initial=0)
    deny_origin = forms.BooleanField(initial=False, required=False)
    wrong_secret = forms.BooleanField(initial=False, required=False)


NO_FAULTS = {name: field.initial for name, field in Faults.base_fields.items()}


class Jupid:
    """The one that `python -m sandbox` runs. It forgets all but the users at its end."""

    partner: Partner

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._other_secret = secrets.token_urlsafe(48)
        self.forget()

    def forget(self) -> None:
        """Begin anew, as if nobody had come."""
        self.faults: dict[str, Any] = NO_FAULTS
        #: How often each thing happened.
        self.effects = Counter(scripts=0, frames=0, sessions=0, accepted=0, refused=0)
        #: What became of the last tokens, newest first.
        self.sessions: deque[dict[str, Any]] = deque(maxlen=KEPT_SESSIONS)
        #: Those that were not shown yet, by the key that shows them.
        self.waiting: dict[str, dict[str, Any]] = {}
        self._seen: set[tuple[str, str]] = set()

    def faults_on(self) -> list[str]:
        """The faults that are on, in words."""
        on = {name: v for name, v in self.faults.items() if v != NO_FAULTS[name]}
        return [f"{name.replace('_', ' ')}: {value}" for name, value in on.items()]

    def count(self, *effects: str) -> None:
        with self._lock:
            self.effects.update(effects)

    def open_session(self, token: object, mount: dict[str, str]) -> str:
        """Judge a token; return the key under which what became of it is shown once."""
        faults, partner, advice = self.faults, self.partner, []
        if faults["wrong_secret"]:
            partner = replace(partner, secret=self._other_secret)
        if faults["deny_origin"]:
            partner = replace(partner, origins=("https://denied.invalid",))
        place = {name: mount[name] for name in ("origin", "partner_id")}
        now = time.time() + faults["clock_skew"]
        report = verify(token, **place, partner=partner, now=now)
        claims = report.claims or {}
        jti, seen = claims.get("jti"), (str(claims.get("iss")), str(claims.get("jti")))
        key = secrets.token_urlsafe(32)
        with self._lock:
            # A forged jti must not mark the true one as seen.
            if isinstance(jti, str) and "signature" not in report.failed:
                advice += [replayed(jti)] if seen in self._seen else []
                self._seen.add(seen)
            user = visit(claims) if report.accepted else None
            if user and user["email"] != claims["email"]:
                advice.append(email_changed(user["email"], claims["email"]))
            session = {**vars(report), "advice": advice + report.advice, "user": user}
            session |= {"mount": mount, "faults": self.faults_on()}
            session |= {"time": time.strftime("%H:%M:%S")}
            self.sessions.appendleft(session)
            self.waiting[key] = session
            for old in [*self.waiting][:-KEPT_SESSIONS]:
                del self.waiting[old]
            # Last, so that whoever sees the number finds the session too.
            verdict = "accepted" if report.accepted else "refused"
            self.effects.update(["sessions", verdict])
        return key


jupid = Jupid()
