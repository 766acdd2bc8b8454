"""One page with our tag in it, and the same page with the documented snippet."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines

HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><title>Accounting</title><link rel="icon" href="data:,">
</head>
<body><h1>Accounting</h1>
"""

OURS = """{% load jupid_embed %}
<div style="height: 720px">{% jupid_embed %}</div>
"""

# The script, then the token, then the mount, as the documentation has it.
DOCUMENTED = """
<div id="jupid-embed" style="height: 100%; min-height: 720px"></div>
<script src="{{ app_url }}/embed.js"></script>
<script>
  (async () => {
    const answer = await fetch("/documented/embed-token");
    const { token } = await answer.json();
    JupidEmbed.mount({
      partnerId: "{{ partner_id }}",
      token,
      container: document.getElementById("jupid-embed"),
      initialPath: "/",
      appUrl: "{{ app_url }}",
    });
  })();
</script>
"""


@login_required
def ours(request: HttpRequest) -> HttpResponse:
    return page(request, OURS)


@login_required
def documented(request: HttpRequest) -> HttpResponse:
    return page(request, DOCUMENTED)


def page(request: HttpRequest, body: str) -> HttpResponse:
    context = {
        "app_url": settings.JUPID_EMBED_APP_URL,
        "partner_id": settings.JUPID_EMBED_PARTNER_ID,
    }
    template = engines["django"].from_string(HEAD + body)
    return HttpResponse(template.render(context, request))
