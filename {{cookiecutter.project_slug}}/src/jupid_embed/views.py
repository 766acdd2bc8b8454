"""The endpoint from which the page fetches its token."""

from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.http import is_same_domain

from .tokens import TokenRefused, issue_token, logger, without_frames

NO_STORE = {"Cache-Control": "private, no-store"}


def token_response(request: HttpRequest) -> JsonResponse:
    """Answer with a token for the request's user, ``{"token": "<jwt>"}``, or say why not.

    For a view of your own, behind whatever signs users in there: 401, 403, 422 or 500
    with ``{"error": "<word>"}``, as TokenRefused lists them. No cache keeps the answer.
    """
    try:
        return _answer({"token": issue_token(request)})
    except TokenRefused as refused:
        return _answer({"error": refused.error}, refused.status)


def embed_token(request: HttpRequest) -> HttpResponse:
    """Answer the session's user as ``token_response`` does: the page's own endpoint.

    A browser that navigates here without being signed in gets the login page, a page of
    another site 403 ``cross_site``, and any method but GET 405.
    """
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"], headers=NO_STORE)
    if _is_cross_site(request):
        origin = request.META.get("HTTP_ORIGIN")
        logger.warning("No token for a page of another site: its Origin is %r", origin)
        return _answer({"error": "cross_site"}, 403)
    if not getattr(request.user, "is_authenticated", False):
        # JSON first: a fetch that accepts anything wants JSON.
        kind = request.get_preferred_type(["application/json", "text/html"])
        if kind == "text/html" and settings.LOGIN_URL:
            response = redirect_to_login(request.get_full_path())
            response["Cache-Control"] = NO_STORE["Cache-Control"]
            return response
    return token_response(request)


def _is_cross_site(request: HttpRequest) -> bool:
    """Whether a page of another origin asks, and CSRF_TRUSTED_ORIGINS does not list it.

    Browsers say so in Sec-Fetch-Site, and send Origin with each fetch of that kind.
    """
    if request.META.get("HTTP_SEC_FETCH_SITE", "none") in ("same-origin", "none"):
        return False
    origin = request.META.get("HTTP_ORIGIN", "")
    scheme, _, host = origin.partition("://")
    trusted = CsrfViewMiddleware(embed_token)
    domains = trusted.allowed_origin_subdomains.get(scheme, ())
    is_trusted = any(is_same_domain(host, domain) for domain in domains)
    return not is_trusted and origin not in trusted.allowed_origins_exact


@without_frames
def _answer(content: dict[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(content, status=status, headers=NO_STORE)
