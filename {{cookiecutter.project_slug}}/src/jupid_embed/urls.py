"""Include these under ``api/jupid/``, the path that Jupid's documentation uses."""

from __future__ import annotations

from django.urls import path

from .views import embed_token

app_name = "jupid_embed"
urlpatterns = [path("embed-token", embed_token, name="token")]
