"""Ctrl-C, pressed by a test."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ANSWERED_WITHIN = 0.1


class Interrupt:
    sent_at = 0.0

    def send(self) -> None:
        self.sent_at = time.monotonic()
        os.kill(os.getpid(), signal.SIGINT)


@contextmanager
def ctrl_c(after: float) -> Iterator[Interrupt]:
    interrupt = Interrupt()
    timer = threading.Timer(after, interrupt.send)
    timer.start()
    try:
        yield interrupt
    finally:
        timer.join()


@contextmanager
def ctrl_c_when(happened: Callable[[], bool]) -> Iterator[Interrupt]:
    """Presses it as soon as something has happened."""
    interrupt = Interrupt()

    def wait() -> None:
        while not happened():
            threading.Event().wait(0.005)
        interrupt.send()

    thread = threading.Thread(target=wait)
    thread.start()
    try:
        yield interrupt
    finally:
        thread.join()
