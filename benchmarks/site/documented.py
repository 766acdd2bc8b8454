"""The other side: the view that Jupid's Django page describes, written by ourselves."""

from __future__ import annotations

import time
import uuid
from importlib import import_module
from typing import Any

import jwt
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse

# The function that a partner writes by hand, of as many fields as the project has.
build_jupid_payload = import_module("documented_payload").build_jupid_payload


@login_required
def embed_token(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    now = int(time.time())
    claims = {
        "iss": settings.JUPID_EMBED_PARTNER_ID,
        "aud": settings.JUPID_EMBED_AUDIENCE,
        "sub": str(user.pk),
        "email": user.email,
        "name": user.get_full_name(),
        "payload": build_jupid_payload(user),
        "iat": now,
        "exp": now + 300,
        "jti": str(uuid.uuid4()),
    }
    token = jwt.encode(
        claims,
        settings.JUPID_EMBED_SECRET,
        algorithm="HS256",
        headers={"typ": "JWT"},
    )
    return JsonResponse({"token": token})


@login_required
def bare(request: HttpRequest) -> HttpResponse:
    """The least that any signed-in JSON view does."""
    return JsonResponse({"user": request.user.get_username()})
