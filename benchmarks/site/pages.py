"""One page with our tag, with the documented snippet, and with all asked for at once."""

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

# As fast as a page can be: its first bytes ask for the script and for the token.
LIMIT = """<!doctype html>
<script>
  const answer = fetch("/documented/embed-token").then((answer) => answer.json());
  const mount = async () => {
    const { token } = await answer;
    JupidEmbed.mount({
      partnerId: "{{ partner_id }}",
      token,
      container: document.getElementById("jupid-embed"),
      initialPath: "/",
      appUrl: "{{ app_url }}",
    });
  };
</script>
<script async src="{{ app_url }}/embed.js" onload="mount()"></script>
<meta charset="utf-8"><title>Accounting</title><link rel="icon" href="data:,">
<h1>Accounting</h1>
<div id="jupid-embed" style="height: 100%; min-height: 720px"></div>
"""

# Puts mount.js into the cache.
SCRIPT_ALONE = """{% load static %}
<script src="{% static 'jupid_embed/mount.js' %}" data-app-url="{{ app_url }}"></script>
"""


@login_required
def ours(request: HttpRequest) -> HttpResponse:
    return page(request, HEAD + OURS)


@login_required
def documented(request: HttpRequest) -> HttpResponse:
    return page(request, HEAD + DOCUMENTED)


@login_required
def limit(request: HttpRequest) -> HttpResponse:
    return page(request, LIMIT)


@login_required
def script_alone(request: HttpRequest) -> HttpResponse:
    return page(request, HEAD + SCRIPT_ALONE)


def page(request: HttpRequest, html: str) -> HttpResponse:
    context = {
        "app_url": settings.JUPID_EMBED_APP_URL,
        "partner_id": settings.JUPID_EMBED_PARTNER_ID,
    }
    template = engines["django"].from_string(html)
    return HttpResponse(template.render(context, request))
