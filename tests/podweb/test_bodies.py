"""How much of a body the application gets to see."""

import asyncio
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator

from podweb.bodies import BodyLimit

LIMIT = 10


async def taking(scope: Any, receive: Any, send: Any) -> None:
    """Read the body, then wait for the end of the connection, as Django does."""
    message = await receive()
    await send({"body": message["body"], "more": message["more_body"], "headers": scope["headers"]})
    await send(await receive())


def ask(pieces: list[bytes], headers: list[tuple[bytes, bytes]]) -> Any:
    async def asking() -> Any:
        make: Any = ApplicationCommunicator
        asked = make(BodyLimit(taking, LIMIT), {"type": "http", "headers": headers})
        for number, piece in enumerate(pieces, start=1):
            await asked.send_input({"type": "http.request", "body": piece, "more_body": number < len(pieces)})
        await asked.send_input({"type": "http.disconnect"})
        answer = await asked.receive_output(timeout=20)
        assert await asked.receive_output(timeout=20) == {"type": "http.disconnect"}
        await asked.wait(timeout=20)
        return answer

    return asyncio.run(asking())


@pytest.mark.parametrize("pieces", [[b""], [b"x" * LIMIT], [b"x" * 4, b"", b"x" * 4]])
def test_a_body_comes_whole_and_with_its_length(pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    length = [(b"content-length", b"%d" % len(whole))]
    assert ask(pieces, length) == {"body": whole, "more": False, "headers": length}
    chunked = [(b"transfer-encoding", b"chunked")]
    assert ask(pieces, chunked) == {"body": whole, "more": False, "headers": chunked + (length if whole else [])}


@pytest.mark.parametrize("pieces", [[b"x" * (LIMIT + 1)], [b"x" * 4] * 100])
def test_no_more_than_the_limit_is_taken_in_and_the_length_says_that_there_was_more(pieces: list[bytes]) -> None:
    answer = ask(pieces, [(b"transfer-encoding", b"chunked")])
    assert len(answer["body"]) == LIMIT
    assert int(dict(answer["headers"])[b"content-length"]) > LIMIT
    length = [(b"content-length", b"%d" % len(b"".join(pieces)))]
    assert ask(pieces, length)["headers"] == length
