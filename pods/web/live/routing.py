"""Addresses of websockets."""

from django.urls import path, re_path

from pods.web.live.consumers import LiveConsumer, Nowhere

urlpatterns = [path("ws/live/", LiveConsumer.as_asgi()), re_path(r"", Nowhere.as_asgi())]
