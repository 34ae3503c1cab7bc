"""Addresses of the pages."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path
from sesame.views import LoginView as LinkView

from pods.web.pages import operations, pods

urlpatterns = [
    path("", pods.pods_page, name="pods"),
    path("fragments/hosts/<slug:slug>/", pods.host_fragment, name="host-fragment"),
    path("fragments/pods/", pods.pod_fragments, name="pod-fragments"),
    path("hosts/<slug:slug>/pods/", pods.create, name="pod-create"),
    path("pods/<int:pk>/", pods.pod_page, name="pod"),
    path("pods/<int:pk>/<str:verb>/", pods.act, name="pod-act"),
    path("operations/", operations.operations_page, name="operations"),
    path("sign-in/", LoginView.as_view(template_name="sign_in.html", redirect_authenticated_user=True), name="sign-in"),
    path("sign-in/link/", LinkView.as_view(), name="sign-in-link"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
]
