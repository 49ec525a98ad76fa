"""Our own descriptors, which others share: they are never made non-blocking, and may be already."""

import os
import select
import stat

from builder.model import host


def is_ready(number: int, events: int) -> bool:
    """True if one of `events`, as poll() has them, would not wait now."""
    poll = select.poll()
    poll.register(number, events)
    return bool(poll.poll(0))


def most_at_once(number: int) -> int:
    """How much can be written at once without waiting."""
    is_file = stat.S_ISREG(os.fstat(number).st_mode)
    return host.STREAM_BYTES if is_file else select.PIPE_BUF


def write_all(number: int, text: bytes) -> None:
    """Write it, and wait for that."""
    try:
        while text:
            select.select([], [number], [])
            try:
                text = text[os.write(number, text) :]
            except BlockingIOError:
                pass  # somebody else was faster
    except OSError:
        pass  # it is gone: nobody misses it
