"""The guest's struct host_area, in its memory: what the kernel and the host tell each other."""

import mmap

from builder.model import host

_STREAM = host.offsets(host.STREAM_FIELDS)
_AREA = host.offsets(host.AREA_FIELDS)
_TRACE_SIZE = host.size_of(host.TRACE_FIELDS)
_MASK = host.STREAM_BYTES - 1


class Words:
    """32-bit words in the guest's memory."""

    def __init__(self, memory: memoryview, at: int) -> None:
        """Those from `at` on; all of them lie at multiples of 4."""
        self._words = memory[at : at + len(memory) - at & ~3].cast("I")

    def get(self, offset: int) -> int:
        """The word `offset` bytes further on."""
        return self._words[offset >> 2]

    def set(self, offset: int, value: int) -> None:
        """Change it."""
        self._words[offset >> 2] = value & 0xFFFFFFFF


class Stream:
    """One of the rings. Who puts bytes in moves the head, who takes them out the tail."""

    HEAD, TAIL, WANTED = _STREAM["head"], _STREAM["tail"], _STREAM["wanted"]
    WATCHED, ERROR = _STREAM["watched"], _STREAM["error"]

    def __init__(self, memory: memoryview, at: int) -> None:
        """The stream whose structure begins at `at`."""
        self.words = Words(memory, at)
        data = at + _STREAM["data"]
        self._data = memory[data : data + host.STREAM_BYTES]

    def used(self) -> int:
        """Bytes in it."""
        return (self.words.get(self.HEAD) - self.words.get(self.TAIL)) & 0xFFFFFFFF

    def piece_to_write(self, most: int) -> memoryview:
        """The next bytes that were put in, those that lie behind each other, at most so many."""
        at = self.words.get(self.TAIL) & _MASK
        return self._data[at : min(at + min(self.used(), most), host.STREAM_BYTES)]

    def taken(self, count: int) -> None:
        """So many bytes have been taken out."""
        self.words.set(self.TAIL, self.words.get(self.TAIL) + count)

    def drop(self) -> None:
        """Take out all there is."""
        self.words.set(self.TAIL, self.words.get(self.HEAD))

    def piece_to_fill(self) -> memoryview:
        """Room for what the guest wants, as far as it lies in one piece. It is empty then."""
        at = self.words.get(self.HEAD) & _MASK
        return self._data[at : min(at + self.words.get(self.WANTED), host.STREAM_BYTES)]

    def filled(self, count: int) -> None:
        """So many bytes have been put in."""
        self.words.set(self.HEAD, self.words.get(self.HEAD) + count)


class Area:
    """All of it."""

    def __init__(self, memory: mmap.mmap, at: int) -> None:
        """The one that begins at the physical address `at`; ValueError if it cannot be there."""
        view = memoryview(memory)
        if at & 3 or not 0 < at < len(view) - host.size_of(host.AREA_FIELDS) - _TRACE_SIZE:
            raise ValueError(f"host_area at {at:#x}")
        self._words = Words(view, at)
        first = at + _AREA["streams"]
        self.input, self.output, self.error = (
            Stream(view, first + number * host.STREAM_SIZE) for number in range(3)
        )
        signals = at + _AREA["signals"]
        self._signals = view[signals : signals + host.SIGNALS_WAITING]

    def end(self) -> tuple[int, int]:
        """One of host.ENDS, and the status or errno that goes with it."""
        return self._words.get(_AREA["has_ended"]), self._words.get(_AREA["status"])

    def trace(self) -> tuple[int, ...]:
        """The words of struct host_trace."""
        first = host.size_of(host.AREA_FIELDS)
        return tuple(self._words.get(first + at) for at in range(0, _TRACE_SIZE, 4))

    def trace_seen(self) -> None:
        """Let the kernel go on."""
        self._words.set(host.size_of(host.AREA_FIELDS), 0)

    def set_size(self, rows: int, columns: int) -> None:
        """The terminal's size."""
        self._words.set(_AREA["columns"], columns)
        self._words.set(_AREA["rows"], rows)

    def untaken_signal(self) -> int:
        """The oldest signal that has not been taken; 0 if there is none."""
        head, tail = (self._words.get(_AREA[f"signal_{end}"]) for end in ("head", "tail"))
        return self._signals[tail % host.SIGNALS_WAITING] if head != tail else 0

    def send_signal(self, number: int) -> bool:
        """Put a signal where the guest will find it; False if too many are there already."""
        head, tail = (self._words.get(_AREA[f"signal_{end}"]) for end in ("head", "tail"))
        if (head - tail) & 0xFFFFFFFF >= host.SIGNALS_WAITING:
            return False
        self._signals[head % host.SIGNALS_WAITING] = number
        self._words.set(_AREA["signal_head"], head + 1)
        return True
