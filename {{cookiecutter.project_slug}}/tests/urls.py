"""The example's routes, and pages that only tests need."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import RequestContext, Template
from django.urls import path

from example.urls import urlpatterns as example_urlpatterns

PAGE = """<!doctype html>
<html lang="en"><title>Page</title>
<h1>Page</h1>
<main id="target">%s</main>
"""
TAG = '{% load jupid_embed %}{% jupid_embed initial_path="/reports?year=2026" %}'
FULL_TAG = (
    "{% load jupid_embed %}"
    '{% jupid_embed initial_path="/reports" shell="topbar" chat="disabled" %}'
)
TEMPLATES = {
    "embed": PAGE % TAG,
    "options": PAGE % FULL_TAG,
    "empty": PAGE % "",
    "fragment": TAG,
}
# What proxies, firewalls and mistakes answer in the endpoint's place.
ANSWERS = {
    "html": HttpResponse("<h1>Hello</h1>"),
    "html-401": HttpResponse("<h1>Hello</h1>", status=401),
    "redirect": redirect("/login/"),
    "forbidden": HttpResponse("<h1>No</h1>", status=403),
    "unavailable": HttpResponse("<h1>Later</h1>", status=503),
    "no-json": HttpResponse("{", content_type="application/json"),
    "json-as-text": HttpResponse('{"token": "t"}', content_type="text/plain"),
    "null": HttpResponse("null", content_type="application/json"),
    "empty": HttpResponse("{}", content_type="application/json"),
    "blank": HttpResponse('{"token": ""}', content_type="application/json"),
    "number": HttpResponse('{"token": 7}', content_type="application/json"),
    "other-422": HttpResponse(
        '{"error": "sub_missing"}', content_type="application/json", status=422
    ),
    "token-and-500": HttpResponse(
        '{"token": "t"}', content_type="application/json", status=500
    ),
}


def page(request: HttpRequest, name: str) -> HttpResponse:
    template = Template(TEMPLATES[name])
    return HttpResponse(template.render(RequestContext(request)))


def answer(request: HttpRequest, name: str) -> HttpResponse:
    return ANSWERS[name]


urlpatterns = [
    *example_urlpatterns,
    path("pages/<slug:name>/", page),
    path("answers/<slug:name>/", answer),
]
