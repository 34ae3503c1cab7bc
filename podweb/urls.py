"""All addresses."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("pods.web.api.urls")),
    path("", include("pods.web.pages.urls")),
]
handler400 = "pods.web.problems.bad_request"
handler403 = "pods.web.problems.permission_denied"
handler404 = "pods.web.problems.not_found"
handler500 = "pods.web.problems.server_error"
