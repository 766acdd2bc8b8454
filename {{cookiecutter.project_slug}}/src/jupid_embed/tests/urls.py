"""The endpoint where Jupid's documentation puts it, whatever the project's own urls."""

from __future__ import annotations

from django.urls import include, path

from .. import urls

urlpatterns = [path("api/jupid/", include(urls))]
