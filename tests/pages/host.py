"""A site in a process of its own, whose pages and answers its tests set over HTTP.

`python -m tests.pages.host APP_URL FOLDER…` serves the folders under /npm/ and prints its
origin. The baked project's jupid_embed is on its path.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.staticfiles.views import serve
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.template import RequestContext, Template
from django.urls import URLPattern, URLResolver, include, path


class State:
    """What the tests set, and what they read."""

    pages: dict[str, dict[str, Any]]  # html, and headers
    answers: dict[str, dict[str, Any]]  # by path: status, body, headers, delay
    requests: Counter[str]  # by path

    def __init__(self) -> None:
        self.pages, self.answers, self.requests = {}, {}, Counter()


state = State()


def control(request: HttpRequest) -> HttpResponse:
    """Take over what is posted, and tell the requests that came since the last reset."""
    told = json.loads(request.body) if request.method == "POST" else {}
    if told.get("reset"):
        state.__init__()  # type: ignore[misc]
    state.pages |= told.get("pages", {})
    state.answers |= told.get("answers", {})
    return JsonResponse(state.requests)


def page(request: HttpRequest, name: str) -> HttpResponse:
    """A page that a test wrote. In its headers {nonce} and {app} are filled in."""
    if name not in state.pages:
        raise Http404(name)
    written = state.pages[name]
    nonce = secrets.token_urlsafe(12)
    headers = {
        header: text.replace("{nonce}", nonce).replace("{app}", settings.APP_URL)
        for header, text in written.get("headers", {}).items()
    }
    if any(nonce in text for text in headers.values()):
        request.csp_nonce = nonce  # type: ignore[attr-defined]
    html = Template("{% load jupid_embed static %}" + written["html"])
    context = RequestContext(request, {"app": settings.APP_URL, "nonce": nonce})
    return HttpResponse(html.render(context), headers=headers)


def sign_in(request: HttpRequest, username: str) -> HttpResponse:
    from django.contrib.auth.models import User

    email = "" if username == "alan" else f"{username}@example.com"
    user, _ = User.objects.get_or_create(username=username, email=email)
    login(request, user)
    return HttpResponse("signed in")


def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponse("signed out")


def npm(request: HttpRequest, name: str) -> FileResponse:
    for folder in sys.argv[2:]:
        if (file := Path(folder, name)).is_file():
            return FileResponse(file.open("rb"))
    raise Http404(name)


class Answers:
    """Counts the requests, and gives the answers that a test set."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/favicon.ico":
            return HttpResponse(status=204)
        state.requests[request.path] += 1
        answer = state.answers.get(request.path, {})
        time.sleep(answer.get("delay", 0))
        if "status" in answer:
            body, headers = answer.get("body", ""), answer.get("headers", {})
            return HttpResponse(body, status=answer["status"], headers=headers)
        response: HttpResponse = self.get_response(request)
        response.setdefault("Cache-Control", "no-store")
        return response


urlpatterns: list[URLPattern | URLResolver] = [
    path("control", control),
    path("page/<slug:name>/", page),
    path("sign-in/<slug:username>/", sign_in),
    path("sign-out/", sign_out),
    path("npm/<path:name>", npm),
    path("static/<path:path>", serve, {"insecure": True}),
]


class Handler(WSGIRequestHandler):
    disable_nagle_algorithm = True

    def log_message(self, *arguments: object) -> None:
        pass


def main() -> None:
    database = Path(tempfile.mkdtemp(), "host.sqlite3")
    written: dict[str, Any] = {}
    server = ThreadedWSGIServer(("localhost", 0), Handler)
    port = str(server.server_port)
    exec(os.environ["HOST_SETTINGS"].replace("PORT", port), written)  # noqa: S102
    others = {name: value for name, value in written.items() if name.isupper()}
    settings.configure(
        **others,
        ALLOWED_HOSTS=["*"],
        APP_URL=sys.argv[1],
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}
        },
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.staticfiles",
            "corsheaders",
            "jupid_embed",
        ],
        JUPID_EMBED_APP_URL=sys.argv[1],
        JUPID_EMBED_AUDIENCE="jupid-embed",
        JUPID_EMBED_PARTNER_ID="acme",
        LOGIN_URL="/page/login/",
        MIDDLEWARE=[
            "corsheaders.middleware.CorsMiddleware",
            f"{__name__}.Answers",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        ROOT_URLCONF=__name__,
        SECRET_KEY="a key of these tests",
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        STATIC_URL="/static/",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
            }
        ],
        USE_TZ=True,
    )
    django.setup()
    urlpatterns.append(path("api/jupid/", include("jupid_embed.urls")))
    call_command("migrate", run_syncdb=True, verbosity=0)
    server.set_app(get_wsgi_application())
    print(f"http://localhost:{port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
