"""The endpoint from which the page fetches its token."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from .tokens import build_claims, sign_claims

logger = logging.getLogger("jupid_embed")


# LoginRequiredMiddleware would answer a fetch with the login page; the view itself tells
# a fetch from a browser that navigates.
@login_not_required
@cache_control(private=True, no_store=True)
@require_GET
def embed_token(request: HttpRequest) -> HttpResponseBase:
    """Answer a signed-in user with a token for that user: ``{"token": "<jwt>"}``.

    401 for a fetch that is not signed in (a browser that navigates gets the login page),
    422 for a user without an email or a user ID, 405 for any method but GET.
    """
    if not request.user.is_authenticated:
        # JSON first: a fetch that accepts anything wants JSON.
        if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
            return redirect_to_login(request.get_full_path())
        return JsonResponse({"error": "not_authenticated"}, status=401)
    claims = build_claims(request.user)
    for claim in ("email", "sub"):
        if not claims[claim]:
            logger.warning("No token for user %s: %s is empty", request.user.pk, claim)
            return JsonResponse({"error": f"{claim}_missing"}, status=422)
    response = JsonResponse({"token": sign_claims(claims)})
    logger.info("Token %s issued to user %s", claims["jti"], request.user.pk)
    return response
