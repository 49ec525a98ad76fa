"""What the kernel of `tinygate exec` and the host tell each other, in memory that both can see.

Plain tuples, and no import: the quick command reads this file too, and every import takes time.
"""

OUTCOME_PORT = 0xF4  # see outcomes.py
OUTCOME_OFF = 0x14

STREAM_BYTES = 1 << 16  # of each stream on its way; a power of two: head and tail run on
SIGNALS_WAITING = 16

# Of each of the streams 0, 1 and 2. Each word is written by one side only, but those of a question,
# which the other side clears with its answer: (name, C type, bytes, comment).
STREAM_FIELDS = (
    ("head", "uint32_t", 4, "bytes ever put in"),
    ("tail", "uint32_t", 4, "bytes ever taken out"),
    ("wanted", "uint32_t", 4, "input: so many bytes; output: fewer than so many left"),
    ("watched", "uint32_t", 4, "HOST_WATCH_: could input be read?"),
    ("error", "uint32_t", 4, "what the host's read() or write() failed with"),
    ("data", "uint8_t {}[HOST_STREAM_BYTES]", STREAM_BYTES, "byte n at n % HOST_STREAM_BYTES"),
)
STREAM_SIZE = sum(size for _, _, size, _ in STREAM_FIELDS)

AREA_FIELDS = (
    ("streams", "struct host_stream {}[3]", 3 * STREAM_SIZE, "by descriptor"),
    ("has_ended", "uint32_t", 4, "HOST_END_: process 1 has, or never began"),
    ("status", "int32_t", 4, "its wait status, or an errno"),
    ("rows", "uint32_t", 4, "of the host's terminal"),
    ("columns", "uint32_t", 4, ""),
    ("signal_head", "uint32_t", 4, "signals that the host has ever sent"),
    ("signal_tail", "uint32_t", 4, "and that have been delivered"),
    ("signals", "uint8_t {}[HOST_SIGNALS_WAITING]", SIGNALS_WAITING, "their numbers"),
)

# What has happened to the running thread; it follows the above.
TRACE_FIELDS = (
    ("moment", "uint32_t", 4, "HOST_TRACE_: what has happened; cleared by the host"),
    ("pid", "uint32_t", 4, "of the thread"),
    ("directory", "uint32_t", 4, "physical: its page directory"),
    ("by_sysenter", "uint32_t", 4, "else by int 0x80"),
    ("number", "uint32_t", 4, "of the call, of the signal, or of the exception"),
    ("arguments", "uint32_t {}[6]", 24, "or what the signal says; or EIP and the program's name"),
    ("result", "int32_t", 4, "when it comes back; the signal's code; a wait status"),
)

# The second module of the boot loader: what to run. Offsets count from its beginning.
START_FIELDS = (
    ("kinds", "uint32_t {}[3]", 12, "HOST_KIND_: what descriptors 0, 1 and 2 are"),
    ("rows", "uint32_t", 4, "of the host's terminal, if there is one"),
    ("columns", "uint32_t", 4, ""),
    ("input_flags", "uint32_t", 4, "of its termios: IUTF8, or 0"),
    ("path", "uint32_t", 4, "offset of the program's path"),
    ("arguments", "uint32_t", 4, "offset of an array of offsets of strings, ended by 0"),
    ("environment", "uint32_t", 4, "another"),
)

# (name, value, comment)
KINDS = (
    ("STREAM", 0, "bytes from or to the host"),
    ("TERMINAL", 1, "the terminal on the serial line"),
    ("NULL", 2, "/dev/null"),
    ("SAME", 3, "standard error: the same as standard output"),
    ("CLOSED", 4, "nothing: it is closed"),
)
WATCHES = (
    ("NONE", 0, "nobody has asked"),
    ("ASKED", 1, "the kernel waits for an answer"),
    ("WAIT", 2, "it could not; the host will tell"),
    ("READABLE", 3, "it could, or it has ended"),
)
ENDS = (
    ("NONE", 0, "it has not"),
    ("STATUS", 1, "it has ended"),
    ("FAILED", 2, "it could not be run"),
)

MOMENTS = (
    ("NONE", 0, "the host has seen the last one"),
    ("CALL", 1, "a call begins"),
    ("RETURN", 2, "it comes back"),
    ("SIGNAL", 3, "a signal has arrived"),
    ("END", 4, "the thread has ended"),
    ("ILLEGAL", 5, "SIGILL ends the process"),
)


def offsets(fields: tuple[tuple[str, str, int, str], ...]) -> dict[str, int]:
    """Where each field begins. All sizes are multiples of 4: nothing is between them."""
    places = {}
    at = 0
    for name, _, size, _ in fields:
        places[name] = at
        at += size
    return places


def size_of(fields: tuple[tuple[str, str, int, str], ...]) -> int:
    """Bytes of the whole structure."""
    return sum(size for _, _, size, _ in fields)


def numbers(rows: tuple[tuple[str, int, str], ...]) -> dict[str, int]:
    """Value by name."""
    return {name: value for name, value, _ in rows}
