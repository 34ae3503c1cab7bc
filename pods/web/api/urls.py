"""Addresses of the API."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView

from pods.web.api import acts, containers, docs, history, hosts, insight, operations, parts, pods, timeline
from pods.web.api.unknown import Unknown

one_pod: list[URLPattern] = [
    path("", pods.OnePod.as_view(), name="api-pod"),
    path("containers/", parts.PodContainers.as_view(), name="api-pod-containers"),
    path("cgroup/", parts.Cgroup.as_view()),
    path("cgroup-tree/", insight.Tree.as_view()),
    path("namespaces/", insight.Spaces.as_view()),
    path("findings/", insight.Findings.as_view()),
    path("top/", parts.Top.as_view()),
    path("inspect/", parts.Inspect.as_view()),
    path("kube/", parts.Kube.as_view()),
    path("clone/", parts.Clone.as_view()),
    path("history/", history.PodHistory.as_view(), name="pod-history"),
    path("timeline/", timeline.PodTimeline.as_view(), name="pod-timeline"),
    *acts.urlpatterns,
]
version_1: list[URLPattern | URLResolver] = [
    path("hosts/", hosts.Hosts.as_view(), name="api-hosts"),
    path("hosts/<int:pk>/", hosts.OneHost.as_view(), name="api-host"),
    path("pods/", pods.Pods.as_view(), name="api-pods"),
    path("pods/preview/", pods.Preview.as_view()),
    path("pods/prune/", pods.Prune.as_view()),
    path("pods/<int:pk>/", include(one_pod)),
    path("containers/", containers.Containers.as_view(), name="api-containers"),
    path("containers/<int:pk>/", containers.OneContainer.as_view(), name="api-container"),
    path("operations/", operations.Operations.as_view(), name="api-operations"),
    path("operations/<uuid:pk>/", operations.OneOperation.as_view(), name="api-operation"),
]
urlpatterns = [
    path("v1/", include(version_1)),
    path("schema/", SpectacularJSONAPIView.as_view(), name="api-schema"),
    path("docs/", docs.page, name="api-docs"),
    re_path(r"^", Unknown.as_view()),
]
