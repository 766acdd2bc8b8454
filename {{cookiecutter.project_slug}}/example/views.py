from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from jupid_embed.decorators import jupid_embed_page

from . import people


# never_cache: after a logout the back button asks the server again.
@never_cache
@jupid_embed_page
def dashboard(request: HttpRequest) -> HttpResponse:
    return render(request, "example/dashboard.html")


class Login(LoginView):
    template_name = "example/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if settings.DEBUG:
            context["people"] = people.known()
            context["password"] = people.PASSWORD
        return context
