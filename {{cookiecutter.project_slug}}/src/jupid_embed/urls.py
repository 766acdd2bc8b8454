"""Include these under ``api/jupid/``, the path that Jupid's documentation uses."""

from django.urls import path

from .views import embed_token

app_name = "jupid_embed"
urlpatterns = [path("embed-token", embed_token, name="token")]
