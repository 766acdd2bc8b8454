from django.conf import settings
from django.urls import path
from django.views.static import serve

from . import views

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
    path("static/<path:path>", serve, {"document_root": settings.STATIC_ROOT}),
]
