"""A host that answers questions, as far as the web side can tell: it reads its queue and pushes an answer."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty
from typing import Any

import kombu.pools
from celery import current_app

from pods.messages import decode, encode
from pods.messages.names import host_queue
from pods.messages.questions import QUESTION_TASK, Answer, Question, answer_group
from podweb.push import push

Reply = Callable[[Question], Answer | None]


@contextmanager
def answering(slug: str, reply: Reply, asked: list[Question] | None = None) -> Iterator[list[Question]]:
    """Answer by ``reply`` what comes to the host's queue; None says nothing. Yields the questions that came."""
    came: list[Question] = [] if asked is None else asked
    ended, ready = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    def serve() -> None:
        app: Any = current_app
        with app.connection() as connection, connection.SimpleQueue(app.amqp.queues[host_queue(slug)]) as queue:
            queue.clear()  # what earlier tests asked of a host that nobody was
            ready.set()
            while not ended.is_set():
                try:
                    message = queue.get(timeout=0.05)
                except Empty:
                    continue
                message.ack()
                if message.headers["task"] != QUESTION_TASK:
                    continue
                question = decode(message.payload[0][0], Question)
                came.append(question)
                answer = reply(question)
                if answer is not None:
                    push(answer_group(question.id), {"type": "question.answer", "answer": encode(answer)})

    def guarded() -> None:
        try:
            serve()
        except BaseException as error:  # noqa: BLE001  # it is raised where the test sees it
            failures.append(error)

    thread = threading.Thread(target=guarded, name=f"answering-{slug}")
    thread.start()
    try:
        assert ready.wait(20), failures
        yield came
    finally:
        ended.set()
        thread.join(10)
    assert not failures, failures


def use_broker(url: str) -> str:
    """Send by the broker at ``url`` from here on; returns the former one's."""
    app: Any = current_app
    former: str = app.conf.broker_url
    app.conf.broker_url = url
    # Celery keeps the connections and producers of the broker that it spoke to last.
    kombu.pools.reset()
    app._pool = None
    app.amqp._producer_pool = None
    return former
