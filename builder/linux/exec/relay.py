"""Carries bytes between the guest's streams and our own descriptors until the guest has ended.

Our descriptors are shared with others, who would be surprised to find them non-blocking. So nothing
is read or written before poll() says that it would not wait; of a pipe that promise holds for
PIPE_BUF bytes. Nothing is read that the guest did not ask for.
"""

from __future__ import annotations

import errno
import os
import select
import signal

from builder.linux.exec.area import Area, Stream
from builder.linux.exec.descriptors import is_ready, most_at_once, write_all
from builder.linux.exec.machine import Machine
from builder.linux.exec.signals import Signals
from builder.linux.terminal import Terminal
from builder.model import host

TYPE_CHECKING = False  # typing.TYPE_CHECKING without its import
if TYPE_CHECKING:
    from builder.boot.effort import Effort, EffortMeter
    from builder.linux.exec.strace import Tracer

_TYPED_BYTES = 4096
_KERNEL_TEXT_MAX = 1 << 16
_WATCH = host.numbers(host.WATCHES)
_END = host.numbers(host.ENDS)
_MOMENT = host.numbers(host.MOMENTS)
# The guest's kernel takes a signal at once, if it is well: it hangs if its emulator has worked, or
# slept, for so long since, whatever the clock on the wall says.
_SIGNAL_PATIENCE_S = 2.0
_LOOK_MS = 200
_READY = select.POLLIN | select.POLLHUP | select.POLLERR | select.POLLNVAL


class Relay:
    """Between one machine and us."""

    def __init__(
        self, machine: Machine, terminal: Terminal | None, tracer: Tracer | None = None
    ) -> None:
        """Connect both.

        Args:
            machine: The guest.
            terminal: What the guest's serial line is connected with; None: nothing.
            tracer: Makes lines of what the guest's kernel tells of its system calls.
        """
        self.tracer = tracer
        self.machine = machine
        self.terminal = terminal
        self.area: Area | None = None
        self.passed_on: set[int] = set()  # signals that were sent to us, and then to the guest
        self.kernel_text = b""  # what came over the serial line, if that is no terminal
        self._address = b""
        self._poll = select.poll()
        self._polled: dict[int, int] = {}
        self._typed = b""
        self._has_ended = False
        self._outputs: list[tuple[int, Stream, int]] = []
        self._signals = Signals()
        self._effort: tuple[EffortMeter, Effort] | None = None  # when the last signal was sent

    # ---- the loop ----

    def run(self) -> None:
        """Until the guest has ended, and all that it wrote is where it should be."""
        try:
            while not self._has_ended:
                self._turn(_LOOK_MS if self._untaken() else None)
            self._finish()
        finally:
            self._signals.give_back()

    def _turn(self, timeout_ms: int | None) -> None:
        """Wait for something to do, and do it."""
        self._register()
        ready = dict(self._poll.poll(timeout_ms))
        if not ready and self._untaken() and self._hangs():
            self._give_up()
        if self._signals.wake in ready:
            self._pass_on(self._signals.take())
        if self.machine.bell.fileno() in ready:
            self._hear()
        if self.machine.serial.fileno() in ready and ready[self.machine.serial.fileno()] & _READY:
            self._take_serial()
        if self.terminal is not None and self.terminal.source in ready:
            self._take_typed(self.terminal.source)
        self._send_typed()
        if self.area is not None:
            self._serve(self.area, ready)
            self._listen(self.area)

    def _register(self) -> None:
        """Have poll() look at what could mean work, and at nothing else: it would not sleep."""
        wanted = {self.machine.bell.fileno(): select.POLLIN, self._signals.wake: select.POLLIN}
        wanted[self.machine.serial.fileno()] = select.POLLIN | (
            select.POLLOUT if self._typed and self.area is not None else 0
        )
        if self.terminal is not None and self.terminal.source is not None and not self._typed:
            wanted[self.terminal.source] = select.POLLIN
        for number, stream, _ in self._outputs:
            if stream.used():
                wanted[number] = select.POLLOUT
        if self.area is not None and self._wants_input(self.area.input):
            wanted[0] = select.POLLIN
        for number in self._polled.keys() - wanted.keys():
            self._poll.unregister(number)
        for number, events in wanted.items():
            if self._polled.get(number) != events:
                self._poll.register(number, events)
        self._polled = wanted

    def _finish(self) -> None:
        """The guest has ended: what it has still to say."""
        while self._take_serial():
            pass
        for number, stream, most in self._outputs:
            while stream.used():
                self._write(number, stream, most)
        if self.tracer is not None:
            self._say(self.tracer.end())

    # ---- the doorbell ----

    def _hear(self) -> None:
        """The guest has rung, or the emulator has ended."""
        try:
            rung = self.machine.bell.recv(_TYPED_BYTES)
        except BlockingIOError:
            return
        except ConnectionError:
            rung = b""
        if not rung:
            self._has_ended = True
        elif self.area is None:
            self._address += rung
            if len(self._address) >= 4:
                self._meet(int.from_bytes(self._address[:4], "little"))
        if self.area is not None and self.area.end()[0] != _END["NONE"]:
            self._has_ended = True

    def _meet(self, address: int) -> None:
        """The guest has said where its side of the streams is."""
        self.area = Area(self.machine.memory, address)
        self._outputs = [
            (1, self.area.output, most_at_once(1)),
            (2, self.area.error, most_at_once(2)),
        ]

    def _ring(self) -> None:
        try:
            self.machine.bell.send(b"\0")
        except OSError:
            pass  # full: it has not heard the last one yet. Or it is gone

    # ---- the streams ----

    def _listen(self, area: Area) -> None:
        """The kernel waits until what has happened to a program has been written down."""
        words = area.trace()
        if words[0] == _MOMENT["NONE"]:
            return
        if words[0] == _MOMENT["ILLEGAL"]:
            from builder.linux.exec import illegal  # takes its time, and is seldom needed

            memory = memoryview(self.machine.memory)
            line = illegal.line(words, memory, self.machine.cpu)
        else:
            line = self.tracer.heard(words) if self.tracer is not None else ""
        area.trace_seen()
        if line:
            self._say(line)

    def _say(self, text: str) -> None:
        """On our own standard error, where a terminal may need to be told of the line's begin."""
        if self.terminal is not None and self.terminal.is_raw_output:
            text = text.replace("\n", "\r\n")
        write_all(2, text.encode())

    def _serve(self, area: Area, ready: dict[int, int]) -> None:
        for number, stream, most in self._outputs:
            if stream.used() and (number in ready or is_ready(number, select.POLLOUT)):
                self._write(number, stream, most)
            if stream.used() < stream.words.get(Stream.WANTED):
                stream.words.set(Stream.WANTED, 0)
                self._ring()
        stream = area.input
        if stream.words.get(Stream.WATCHED) == _WATCH["ASKED"]:
            self._look(stream)
        elif 0 in ready and stream.words.get(Stream.WANTED):
            self._read(stream)
        elif 0 in ready and stream.words.get(Stream.WATCHED) == _WATCH["WAIT"]:
            stream.words.set(Stream.WATCHED, _WATCH["READABLE"])
            self._ring()

    @staticmethod
    def _wants_input(stream: Stream) -> bool:
        return bool(stream.words.get(Stream.WANTED)) or (
            stream.words.get(Stream.WATCHED) == _WATCH["WAIT"]
        )

    @staticmethod
    def _look(stream: Stream) -> None:
        """Say whether standard input could be read now."""
        readable = is_ready(0, select.POLLIN)
        stream.words.set(Stream.WATCHED, _WATCH["READABLE" if readable else "WAIT"])

    def _read(self, stream: Stream) -> None:
        """Answer the guest's question for input: some bytes, or the end, or an error."""
        try:
            stream.filled(os.readv(0, [stream.piece_to_fill()]))
        except BlockingIOError:
            return  # somebody else was faster
        except OSError as error:
            stream.words.set(Stream.ERROR, error.errno or errno.EIO)
        stream.words.set(Stream.WANTED, 0)
        self._ring()

    def _write(self, number: int, stream: Stream, most: int) -> None:
        """Pass a piece of output on. After an error the rest is lost, and the guest will hear."""
        try:
            stream.taken(os.write(number, stream.piece_to_write(most)))
        except BlockingIOError:
            return
        except OSError as error:
            stream.words.set(Stream.ERROR, error.errno or errno.EIO)
            stream.drop()
            self._ring()

    # ---- the serial line ----

    def _take_serial(self) -> bool:
        """What the guest's terminal shows; or the kernel's last words. False: nothing was there."""
        try:
            text = self.machine.serial.recv(1 << 16)
        except (BlockingIOError, ConnectionError):
            return False
        if self.terminal is None:
            self.kernel_text = (self.kernel_text + text)[-_KERNEL_TEXT_MAX:]
        else:
            write_all(self.terminal.target, text)
        return bool(text)

    def _take_typed(self, source: int) -> None:
        typed = os.read(source, _TYPED_BYTES)
        if typed:
            self._typed = typed
        else:  # hung up
            self.terminal = None
            self._pass_on([signal.SIGHUP])

    def _send_typed(self) -> None:
        if self._typed and self.area is not None:  # before that, the port is not set up
            try:
                self._typed = self._typed[self.machine.serial.send(self._typed) :]
            except (BlockingIOError, ConnectionError):
                pass  # it cannot take any now

    # ---- signals ----

    def _untaken(self) -> int:
        """A signal that the guest's kernel has not taken; 0 if there is none."""
        return self.area.untaken_signal() if self.area is not None else 0

    def _hangs(self) -> bool:
        """True if the emulator has done a lot since the last signal was sent."""
        if self._effort is None:
            return False
        meter, before = self._effort
        now = meter.read()
        spent_s = max(now.cpu_s - before.cpu_s, now.asleep_s - before.asleep_s)
        return spent_s >= _SIGNAL_PATIENCE_S

    def _give_up(self) -> None:
        """The guest's kernel hangs: whoever sent a signal shall have his end all the same."""
        number = self._untaken()
        self.machine.kill()
        raise SystemExit(128 + number)

    def _pass_on(self, numbers: list[int]) -> None:
        for number in numbers:
            if number == signal.SIGCONT:
                if self.terminal is not None:
                    self.terminal.take()  # a shell has had it meanwhile, or never gave it to us
            elif self.area is None:
                # The guest is still starting: there is no program yet that could want it.
                if number != signal.SIGWINCH:
                    self.machine.kill()
                    raise SystemExit(128 + number)
            elif number == signal.SIGWINCH:
                if self.terminal is not None:
                    self.area.set_size(*self.terminal.size())
            else:
                from builder.boot.effort import EffortMeter  # takes its time; a signal is rare

                meter = EffortMeter(self.machine.pid)
                self._effort = meter, meter.read()
                self.area.send_signal(number)
                self.passed_on.add(number)
            self._ring()
