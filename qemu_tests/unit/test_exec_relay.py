"""The relay of `tinygate exec`, with a guest that these tests play."""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import select
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from builder.boot.effort import Effort
from builder.boot.patience import BACKSTOP_S
from builder.linux import terminal
from builder.linux.exec.area import Area, Stream
from builder.linux.exec.relay import Relay
from builder.model import host

AT = 4096
WATCH = host.numbers(host.WATCHES)


class Guest:
    """Memory and the far ends of the lines, as a Machine has the near ones."""

    def __init__(self) -> None:
        """No emulator behind it."""
        self.memory = mmap.mmap(-1, 1 << 19)
        self.bell, self.far_bell = socket.socketpair()
        self.serial, self.far_serial = socket.socketpair()
        for end in (self.bell, self.serial):
            end.setblocking(False)
        self.area = Area(self.memory, AT)
        self.pid = os.getpid()  # as the emulator's
        self.killed = False

    def kill(self) -> None:
        """As Machine.kill."""
        self.killed = True

    def ring(self) -> None:
        """The guest's doorbell."""
        self.far_bell.send(b"\0")

    def wait_for_ring(self) -> None:
        """Until the host rings."""
        assert select.select([self.far_bell], [], [], BACKSTOP_S)[0]
        self.far_bell.recv(100)

    def write(self, stream: Stream, data: bytes) -> None:
        """Put bytes into a ring that has room for them."""
        head = stream.words.get(Stream.HEAD)
        for number, byte in enumerate(data):
            place = (head + number) % host.STREAM_BYTES
            stream._data[place] = byte
        stream.words.set(Stream.HEAD, head + len(data))
        self.ring()

    def end(self, status: int) -> None:
        """Process 1 has ended."""
        fields = host.offsets(host.AREA_FIELDS)
        self.area._words.set(fields["status"], status)
        self.area._words.set(fields["has_ended"], 1)
        self.ring()


@pytest.fixture
def guest() -> Iterator[Guest]:
    """A guest that has said where its area is."""
    made = Guest()
    made.far_bell.send(AT.to_bytes(4, "little"))
    yield made


@dataclass
class Pipes:
    """Pipes for the descriptors 0, 1 and 2: first the near ends, which the relay has, then ours."""

    near: tuple[int, int, int]
    source: int
    out: int
    err: int


@pytest.fixture
def pipes() -> Iterator[Pipes]:
    """Pipes that are closed afterwards, but for what the test has closed."""
    (near_in, source), (out, near_out), (err, near_err) = os.pipe(), os.pipe(), os.pipe()
    yield Pipes((near_in, near_out, near_err), source, out, err)
    for number in (near_in, source, out, near_out, err, near_err):
        with contextlib.suppress(OSError):
            os.close(number)


def play(guest: Guest, pipes: Pipes, script: Callable[[], object]) -> Relay:
    """Run the relay here, and beside it what the guest does before it ends."""
    relay = Relay(guest, None)  # type: ignore[arg-type]
    failed: list[BaseException] = []

    def body() -> None:
        try:
            script()
            guest.end(0)
        except BaseException as error:
            failed.append(error)
            guest.far_bell.close()

    kept = [os.dup(number) for number in range(3)]
    try:
        for number, near in enumerate(pipes.near):
            os.dup2(near, number)
        thread = threading.Thread(target=body)
        thread.start()
        relay.run()
        thread.join()
    finally:
        for number, copy in enumerate(kept):
            os.dup2(copy, number)
            os.close(copy)
    if failed:
        raise failed[0]
    return relay


def test_output_goes_round_the_ring(guest: Guest, pipes: Pipes) -> None:
    data = bytes(range(256)) * 700  # more than twice what the ring holds
    got = bytearray()

    def script() -> None:
        for start in range(0, len(data), 10_000):
            piece = data[start : start + 10_000]
            guest.write(guest.area.output, piece)
            while len(got) < start + len(piece):
                got.extend(os.read(pipes.out, 1 << 16))

    play(guest, pipes, script)
    assert bytes(got) == data


def test_a_guest_that_waits_for_room_is_told(guest: Guest, pipes: Pipes) -> None:
    def script() -> None:
        stream = guest.area.output
        guest.write(stream, bytes(host.STREAM_BYTES))
        stream.words.set(Stream.WANTED, 1)
        guest.ring()
        guest.wait_for_ring()
        assert stream.words.get(Stream.WANTED) == 0 and stream.used() < host.STREAM_BYTES
        os.set_blocking(pipes.out, True)
        left = host.STREAM_BYTES
        while left:
            left -= len(os.read(pipes.out, left))

    play(guest, pipes, script)


def test_what_was_written_before_the_end_comes_out(guest: Guest, pipes: Pipes) -> None:
    def script() -> None:
        guest.write(guest.area.output, b"last words")
        guest.write(guest.area.error, b"and more")

    play(guest, pipes, script)
    assert os.read(pipes.out, 100) == b"last words"
    assert os.read(pipes.err, 100) == b"and more"


def test_input_is_read_when_it_is_asked_for(guest: Guest, pipes: Pipes) -> None:
    os.write(pipes.source, b"abcdef")

    def script() -> None:
        stream = guest.area.input
        stream.words.set(Stream.WANTED, 4)
        guest.ring()
        guest.wait_for_ring()
        assert stream.words.get(Stream.WANTED) == 0
        assert bytes(stream.piece_to_write(10)) == b"abcd"

    play(guest, pipes, script)
    assert os.read(pipes.near[0], 100) == b"ef"  # left for whoever comes next


def test_the_end_of_input_is_an_answer_without_bytes(guest: Guest, pipes: Pipes) -> None:
    os.close(pipes.source)

    def script() -> None:
        stream = guest.area.input
        stream.words.set(Stream.WANTED, 4)
        guest.ring()
        guest.wait_for_ring()
        assert (stream.words.get(Stream.WANTED), stream.used()) == (0, 0)
        assert stream.words.get(Stream.ERROR) == 0

    play(guest, pipes, script)


def test_watching_input(guest: Guest, pipes: Pipes) -> None:
    def script() -> None:
        words = guest.area.input.words
        words.set(Stream.WATCHED, WATCH["ASKED"])
        guest.ring()
        while words.get(Stream.WATCHED) == WATCH["ASKED"]:
            pass
        assert words.get(Stream.WATCHED) == WATCH["WAIT"]
        os.write(pipes.source, b"x")
        guest.wait_for_ring()
        assert words.get(Stream.WATCHED) == WATCH["READABLE"]

    play(guest, pipes, script)


def test_a_reader_that_is_gone_is_told_as_an_errno(guest: Guest, pipes: Pipes) -> None:
    os.close(pipes.out)

    def script() -> None:
        guest.write(guest.area.output, b"x")
        guest.wait_for_ring()
        assert guest.area.output.words.get(Stream.ERROR) == errno.EPIPE
        assert guest.area.output.used() == 0

    play(guest, pipes, script)


def test_what_the_kernel_says_is_kept(guest: Guest, pipes: Pipes) -> None:
    relay = play(guest, pipes, lambda: guest.far_serial.sendall(b"kernel panic: x\n"))
    assert relay.kernel_text == b"kernel panic: x\n"


def test_an_emulator_that_ends_by_itself_ends_it() -> None:
    guest = Guest()
    guest.far_bell.close()
    relay = Relay(guest, None)  # type: ignore[arg-type]
    relay.run()
    assert relay.area is None


def test_signals_stand_in_a_row(guest: Guest) -> None:
    for number in range(1, host.SIGNALS_WAITING + 1):
        assert guest.area.send_signal(number)
    assert not guest.area.send_signal(1)
    assert guest.area.untaken_signal() == 1


@pytest.mark.parametrize("address", [0, 3, 1 << 19])
def test_an_area_that_cannot_be_there_is_refused(address: int) -> None:
    with pytest.raises(ValueError, match="host_area"):
        Area(mmap.mmap(-1, 1 << 19), address)


def test_behind_others_the_terminal_is_not_raw(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = terminal.Terminal([0, 1, 2])
    shared.is_raw_output = True  # as it was in front
    monkeypatch.setattr(terminal, "_is_behind", lambda _number: True)
    shared.take()
    assert shared.source is None and not shared.is_raw_output


@pytest.mark.parametrize("last", [Effort(2.0, 1.9), Effort(1.9, 2.0)], ids=["works", "sleeps"])
def test_a_guest_that_takes_no_signal_is_given_up_by_what_its_emulator_does(
    guest: Guest, monkeypatch: pytest.MonkeyPatch, last: Effort
) -> None:
    readings = iter([Effort(0.0, 0.0), Effort(1.9, 1.9), last])
    monkeypatch.setattr("builder.boot.effort.EffortMeter.read", lambda _meter: next(readings))
    relay = Relay(guest, None)  # type: ignore[arg-type]
    try:
        relay._turn(None)  # hears where the area is
        relay._pass_on([signal.SIGTERM])
        relay._turn(1)
        assert not guest.killed
        with pytest.raises(SystemExit) as end:
            relay._turn(1)
    finally:
        relay._signals.give_back()
    assert (end.value.code, guest.killed) == (128 + signal.SIGTERM, True)
