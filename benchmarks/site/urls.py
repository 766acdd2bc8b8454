from __future__ import annotations

from django.urls import include, path

from . import documented, pages

urlpatterns = [
    path("api/jupid/", include("jupid_embed.urls")),
    path("documented/embed-token", documented.embed_token),
    path("bare", documented.bare),
    path("pages/ours", pages.ours),
    path("pages/documented", pages.documented),
    path("pages/limit", pages.limit),
    path("pages/script-alone", pages.script_alone),
]
