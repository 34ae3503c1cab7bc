"""Bodies that are too large: Django takes in the whole body, onto the disk, before it looks at its size."""

from typing import Any


class BodyLimit:
    """Gives the application no more than ``limit`` bytes of a request's body and drops the rest.

    Django then refuses the request by the length that its header names; without one, the body ends half-way.
    """

    def __init__(self, application: Any, limit: int) -> None:
        self.application = application
        self.limit = limit

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Pass the request on."""
        left = self.limit
        ended = False

        async def limited() -> Any:
            nonlocal left, ended
            message = await receive()
            while ended and message["type"] == "http.request":
                message = await receive()
            if message["type"] == "http.request":
                left -= len(message.get("body", b""))
                if left < 0:
                    message = {"type": "http.request", "body": b"", "more_body": False}
                ended = not message.get("more_body", False)
            return message

        return await self.application(scope, limited, send)
