from django.urls import path, re_path
from django.views.static import serve

from . import views
from .settings import STATIC_ROOT

handler400 = views.bad_request
handler404 = views.no_such_page

urlpatterns = [
    path("", views.control),
    path("faults", views.set_faults),
    path("forget", views.forget),
    path("state", views.state),
    path("embed.js", views.script),
    path("embed/<path:partner_id>", views.frame),
    path("session", views.open_session),
    path("session/<path:key>", views.show_session),
    # No longer than a file system takes.
    re_path("^static/(?P<path>[!-~]{1,99})$", serve, {"document_root": STATIC_ROOT}),
]
