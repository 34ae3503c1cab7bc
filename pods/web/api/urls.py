"""Addresses of the API."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from pods.web.api import views
from pods.web.api.history import PodHistory

router = SimpleRouter()
router.register("hosts", views.HostViewSet, basename="host")
router.register("pods", views.PodViewSet, basename="pod")
router.register("containers", views.ContainerViewSet, basename="container")
router.register("operations", views.OperationViewSet, basename="operation")

urlpatterns = [
    path("v1/pods/<int:pk>/history/", PodHistory.as_view(), name="pod-history"),
    path("v1/", include(router.urls)),
    re_path(r"^(?P<path>.*)$", views.unknown),
]
