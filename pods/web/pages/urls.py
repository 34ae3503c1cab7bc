"""Addresses of the pages."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from sesame.views import LoginView as LinkView

from pods.web.pages import (
    again,
    bulk,
    containers,
    logs,
    new_container,
    new_pod,
    operations,
    palette,
    pods,
    prune,
    sparks,
    terminals,
)

urlpatterns = [
    path("", pods.pods_page, name="pods"),
    path("fragments/pods/", pods.pod_fragments, name="pod-fragments"),
    path("fragments/find/", palette.find, name="find"),
    path("fragments/sparks/", sparks.sparks, name="sparks"),
    path("fragments/counts/", pods.counts_fragment, name="counts-fragment"),
    path("hosts/<slug:slug>/pods/", pods.create, name="pod-create"),
    path("hosts/<slug:slug>/pods/new/", new_pod.new_pod, name="pod-new"),
    path("hosts/<slug:slug>/pods/preview/", new_pod.preview_pod, name="pod-preview"),
    path("pods/<int:pk>/containers/new/", new_container.new_container, name="container-new"),
    path("pods/<int:pk>/containers/preview/", new_container.preview_container, name="container-preview"),
    path("pods/<int:pk>/", pods.pod_page, name="pod"),
    path("pods/<int:pk>/logs/", logs.logs_page, name="pod-logs"),
    path("pods/<int:pk>/logs/download/", logs.download, name="pod-logs-download"),
    path("pods/<int:pk>/", include("pods.web.pages.insight_urls")),
    path("pods/<int:pk>/<str:verb>/", pods.act, name="pod-act"),
    path("bulk/", bulk.bulk, name="bulk"),
    path("prune/", prune.prune_page, name="prune"),
    path("containers/<int:pk>/", containers.container_page, name="container"),
    path("containers/<int:pk>/terminal/", terminals.terminal_page, name="container-terminal"),
    path("operations/", operations.operations_page, name="operations"),
    path("operations/<uuid:pk>/", operations.operation_page, name="operation"),
    path("operations/<uuid:pk>/again/", again.again, name="operation-again"),
    path("operations/groups/<uuid:group>/", operations.group_page, name="operation-group"),
    path("sign-in/", LoginView.as_view(template_name="sign_in.html", redirect_authenticated_user=True), name="sign-in"),
    path("sign-in/link/", LinkView.as_view(), name="sign-in-link"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
]
