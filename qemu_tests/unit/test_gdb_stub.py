"""The client of QEMU's gdb stub, on a line whose other end is this test's."""

from __future__ import annotations

import socket

from builder.xray.gdb_stub import GdbStub


def _answer(line: socket.socket, words: bytes) -> None:
    line.sendall(b"$%s#%02x" % (words, sum(words) & 0xFF))


def test_how_long_the_guest_stands_still_is_not_held_against_it() -> None:
    """Each wait for it is told from the one before, which it may have slept through."""
    asked: list[int] = []
    ours, theirs = socket.socketpair()

    def give_up(stops: int) -> str:
        asked.append(stops)
        _answer(theirs, b"T05thread:01;")  # no sooner: so it is asked just once for each step
        return ""

    with ours, theirs:
        for _ in range(2):  # what it sets at its start
            _answer(theirs, b"OK")
        stub = GdbStub(ours, give_up)
        for _ in range(3):
            stub.step()
    assert asked == [0, 1, 2]
