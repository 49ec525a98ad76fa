"""The conversation with a running emulator; everything that it said is kept."""

from __future__ import annotations

import contextlib
import select
import socket
import time


class Control:
    """Our end of the socket on which an emulator takes questions.

    What is read in search of an answer may be something else that matters later, such as why the
    machine ended: `heard` has it all.
    """

    def __init__(self, line: socket.socket) -> None:
        """Take over our end."""
        line.setblocking(False)
        self._line = line
        self._heard = bytearray()
        self._seen = 0  # bytes of _heard that `next_line` has handed out
        self._asked = 0

    @property
    def heard(self) -> str:
        """All that it has said so far."""
        with contextlib.suppress(OSError):
            while piece := self._line.recv(65536):
                self._heard += piece
        return self._heard.decode("utf-8", "replace")

    def say(self, data: bytes) -> bool:
        """Say it; False if it is gone or does not listen."""
        try:
            return self._line.send(data) == len(data)
        except OSError:
            return False

    def next_name(self) -> int:
        """A name for a question that no other has had."""
        self._asked += 1
        return self._asked

    def next_line(self, wait_s: float) -> bytes | None:
        """The next line that it says; None if it is gone, or says none within `wait_s`."""
        deadline = time.monotonic() + wait_s
        while (end := self._heard.find(b"\n", self._seen)) < 0:
            ready, _, _ = select.select([self._line], [], [], max(0.0, deadline - time.monotonic()))
            if not ready or not self._receive():
                return None
        line = bytes(self._heard[self._seen : end])
        self._seen = end + 1
        return line

    def _receive(self) -> bool:
        """Take what has come; False if it is gone."""
        try:
            piece = self._line.recv(65536)
        except OSError:
            return False
        self._heard += piece
        return bool(piece)
