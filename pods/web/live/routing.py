"""Addresses of websockets."""

from django.urls import path, re_path

from pods.web.live.consumers import LiveConsumer, Nowhere
from pods.web.live.logs import LogConsumer
from pods.web.live.terminals import TerminalConsumer

urlpatterns = [
    path("ws/live/", LiveConsumer.as_asgi()),
    path("ws/pods/<int:pk>/logs/", LogConsumer.as_asgi()),
    path("ws/containers/<int:pk>/terminal/", TerminalConsumer.as_asgi()),
    re_path(r"", Nowhere.as_asgi()),
]
