"""A websocket carries the reader's cookies whoever opens it, so only our own pages may."""

from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier


class SameOriginOnly:
    """Refuses (403, before accept) a handshake whose Origin is not the very host and port it is sent to.

    A browser always sends Origin; who sends none is refused too.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Pass the connection on, or deny it."""
        headers = {name: value.decode("latin-1") for name, value in scope["headers"] if name in {b"origin", b"host"}}
        origin = urlsplit(headers.get(b"origin", ""))
        if origin.scheme in {"http", "https"} and origin.netloc and origin.netloc == headers.get(b"host"):
            return await self.application(scope, receive, send)
        return await WebsocketDenier()(scope, receive, send)
