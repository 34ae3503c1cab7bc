"""Addresses of the pages about one pod that are read from its host."""

from django.urls import path

from pods.web.pages import documents, insight

urlpatterns = [
    path("cgroup/", insight.cgroup_page, name="pod-cgroup"),
    path("namespaces/", insight.namespaces_page, name="pod-namespaces"),
    path("processes/", insight.processes_page, name="pod-processes"),
    path("inspect/", documents.inspect_page, name="pod-inspect"),
]
