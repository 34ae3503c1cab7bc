"""The body of a request: taken in whole, up to a limit.

Django takes in any body, onto the disk, before it looks at its size; and REST framework takes a body without a length
in its header (``Transfer-Encoding: chunked``) for none at all, so that what was asked with it would be lost.
"""

from typing import Any


class BodyLimit:
    """Gives the application a body of at most ``limit`` bytes in one piece, with its length in the header.

    Of a larger one it gets the length alone, by which Django refuses it; the rest is dropped as it comes.
    """

    def __init__(self, application: Any, limit: int) -> None:
        self.application = application
        self.limit = limit

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Pass the request on once its body is here; one that was given up on is passed to nobody."""
        body, more = b"", True
        while more and len(body) <= self.limit:
            message = await receive()
            if message["type"] != "http.request":
                return None
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if body and not any(name == b"content-length" for name, _ in scope["headers"]):
            scope = {**scope, "headers": [*scope["headers"], (b"content-length", b"%d" % len(body))]}
        waiting = [{"type": "http.request", "body": body[: self.limit], "more_body": False}]

        async def taken() -> Any:
            if waiting:
                return waiting.pop()
            while (message := await receive())["type"] == "http.request":
                pass
            return message

        return await self.application(scope, taken, send)
