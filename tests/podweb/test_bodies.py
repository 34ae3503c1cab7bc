"""How much of a body the application gets to see."""

import asyncio
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator

from podweb.bodies import BodyLimit


async def taking(scope: Any, receive: Any, send: Any) -> None:
    """Read the body, then wait for the end of the connection, as Django does."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message["body"]), message["more_body"]
    await send({"type": "http.response.start", "size": size})
    assert (await receive())["type"] == "http.disconnect"
    await send({"type": "http.response.body"})


@pytest.mark.parametrize(
    ("pieces", "taken"), [([b""], 0), ([b"x" * 10], 10), ([b"x" * 4] * 2, 8), ([b"x" * 4] * 100, 8), ([b"x" * 11], 0)]
)
def test_no_more_than_the_limit_is_taken_in(pieces: list[bytes], taken: int) -> None:
    async def ask() -> Any:
        make: Any = ApplicationCommunicator
        asked = make(BodyLimit(taking, 10), {"type": "http"})
        for number, piece in enumerate(pieces, start=1):
            await asked.send_input({"type": "http.request", "body": piece, "more_body": number < len(pieces)})
        await asked.send_input({"type": "http.disconnect"})
        answer = await asked.receive_output(timeout=20)
        await asked.receive_output(timeout=20)
        await asked.wait(timeout=20)
        return answer["size"]

    assert asyncio.run(ask()) == taken
