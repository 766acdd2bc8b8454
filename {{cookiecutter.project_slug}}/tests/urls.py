"""The example's routes, and pages that only tests need."""

from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.urls import path

from example.urls import urlpatterns as example_urlpatterns
from jupid_embed.decorators import jupid_embed_page

PAGE = """<!doctype html>
<html lang="en"><title>Page</title>
<link rel="icon" href="/static/example/icon.svg">
<h1>Page</h1>
<main id="target">%s</main>
"""
TAG = '{% load jupid_embed %}{% jupid_embed initial_path="/reports?year=2026" %}'
FULL_TAG = (
    "{% load jupid_embed %}"
    '{% jupid_embed initial_path="/reports" shell="topbar" chat="disabled" %}'
)
# Somebody else's markup on a page that does not escape it.
SMUGGLED = (
    '<jupid-embed app-url="http://evil.example" endpoint="/api/jupid/embed-token"'
    ' partner-id="acme" login-url="/login/" initial-path="/"></jupid-embed>'
    '<a id="JupidEmbed"></a>'
)
TEMPLATES = {
    "embed": PAGE % TAG,
    "smuggled": PAGE % (SMUGGLED + TAG),
    "options": PAGE % FULL_TAG,
    "silent": PAGE % ('<meta name="referrer" content="no-referrer">' + TAG),
    "empty": PAGE % "",
    "fragment": TAG,
}
JSON = {"Content-Type": "application/json"}
# What proxies, firewalls and mistakes answer in the endpoint's place.
ANSWERS: dict[str, tuple[int, str, dict[str, str]]] = {
    "html": (200, "<h1>Hello</h1>", {}),
    "html-401": (401, "<h1>Hello</h1>", {}),
    "redirect": (302, "", {"Location": "/login/"}),
    "forbidden": (403, "<h1>No</h1>", {}),
    "unavailable": (503, "<h1>Later</h1>", {}),
    "no-json": (200, "{", JSON),
    "json-as-text": (200, '{"token": "t"}', {"Content-Type": "text/plain"}),
    "null": (200, "null", JSON),
    "empty": (200, "{}", JSON),
    "blank": (200, '{"token": ""}', JSON),
    "number": (200, '{"token": 7}', JSON),
    "other-422": (422, '{"error": "sub_missing"}', JSON),
    "token-and-500": (500, '{"token": "t"}', JSON),
}


@jupid_embed_page
def page(request: HttpRequest, name: str) -> HttpResponse:
    template = Template(TEMPLATES[name])
    return HttpResponse(template.render(RequestContext(request)))


def answer(request: HttpRequest, name: str) -> HttpResponse:
    status, body, headers = ANSWERS[name]
    return HttpResponse(body, status=status, headers=headers)


urlpatterns = [
    *example_urlpatterns,
    path("pages/<slug:name>/", page),
    path("answers/<slug:name>/", answer),
]
