"""The command line of `tinygate exec`, taken apart by hand: importing typer takes 0.1 s."""

import os
from collections.abc import Mapping, Sequence

from builder.errors import UserError
from builder.model.local_apic import has_local_apic

MEMORY_MIB_MIN, MEMORY_MIB_MAX = 4, 2048
CPUS_MAX = 8
STRINGS_BYTES_MAX = 2 << 20  # arguments and environment, as Linux has it with 8 MiB of stack
HELP_WORDS = ("-h", "--help")
# A 32-bit CPU with SSE2, which the compilers of Go and Rust take for granted, and SSE3. FXSAVE
# saves all of its registers; the kernel keeps none that a newer CPU has (AVX).
CPU = "coreduo"
QEMUS_HELP = ("help", "?")  # QEMU would print its models, and end as if all were well
FIRST_ENVIRONMENT = {"HOME": "/", "PATH": "/bin:/usr/bin", "TERM": "linux"}


class Wanted:
    """What is to be run, and on what."""

    def __init__(self) -> None:
        """Nothing yet; the defaults."""
        self.program = ""
        self.arguments: list[str] = []
        self.environment = dict(FIRST_ENVIRONMENT)
        self.files: list[tuple[str, str]] = []  # here, and in the guest; "" for the same place
        self.initrds: list[str] = []
        self.memory_mib = 64
        self.cpus = 1
        self.cpu = CPU
        self.strace = False


def asks_for_help(words: Sequence[str]) -> bool:
    """True if one of the words before the program's name does."""
    takes_value = False
    for word in words:
        if takes_value:
            takes_value = False
        elif word in HELP_WORDS:
            return True
        elif word == "--" or not word.startswith("-"):
            return False
        else:
            takes_value = word in VALUES
    return False


def parse(words: Sequence[str], environ: Mapping[str, str] = os.environ) -> Wanted:
    """What the words behind `tinygate exec` want. Raises UserError."""
    wanted = Wanted()
    if term := environ.get("TERM"):
        wanted.environment["TERM"] = term
    left = list(words)
    while left and left[0].startswith("-") and left[0] != "-":
        word = left.pop(0)
        if word == "--":
            break
        name, equals, value = word.partition("=")
        if name == "--strace" and not equals:
            wanted.strace = True
        elif name in VALUES:
            if not equals and not left:
                raise _usage(f"{name} wants a value", VALUE_EXAMPLES[name])
            VALUES[name](wanted, value if equals else left.pop(0), environ)
        else:
            raise _usage(f"there is no option {word}", "see `tinygate exec --help`")
    if not left:
        raise _usage("no program is named", "tinygate exec PROGRAM [ARGUMENTS]")
    wanted.program, wanted.arguments = left[0], left
    _check_size(wanted)
    if wanted.cpus > 1 and not has_local_apic(wanted.cpu):
        raise _usage(
            f"--cpus {wanted.cpus}: CPU {wanted.cpu} has no local APIC",
            "leave --cpus out, or take another --cpu",
            "by it one CPU starts the others",
        )
    return wanted


def _usage(what: str, fix: str, why: str = "") -> UserError:
    return UserError(what, where="tinygate exec", why=why, fix=fix)


def _check_size(wanted: Wanted) -> None:
    strings = (*wanted.arguments, *(f"{k}={v}" for k, v in wanted.environment.items()))
    size = sum(len(os.fsencode(text)) + 1 for text in (wanted.program, *strings))
    if size > STRINGS_BYTES_MAX:
        raise _usage(
            f"arguments and environment have {size} bytes",
            "hand them over in a file, with --file",
            f"{STRINGS_BYTES_MAX} are the most, as on Linux",
        )


def _number(option: str, text: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit() and low <= int(text[:9]) <= high):
        raise _usage(f"{option} {text}: not a number from {low} to {high}", VALUE_EXAMPLES[option])
    return int(text)


def _env(wanted: Wanted, text: str, environ: Mapping[str, str]) -> None:
    name, equals, value = text.partition("=")
    if not name:
        raise _usage(f"--env {text!r} names no variable", VALUE_EXAMPLES["--env"])
    if not equals and name not in environ:
        raise _usage(
            f"--env {name}: there is no such variable here",
            f"give it a value, as in --env {name}=...",
            "a name without a value means: the value that it has here",
        )
    wanted.environment[name] = value if equals else environ[name]


def _file(wanted: Wanted, text: str, _environ: Mapping[str, str]) -> None:
    # A path with a colon in it is written as one that is there, or else before the last colon.
    here, colon, guest = (text, "", "") if os.path.exists(text) else text.rpartition(":")
    if not colon:
        here = text
    if not here or (colon and not guest.strip("/")):
        raise _usage(f"--file {text!r} does not name two files", VALUE_EXAMPLES["--file"])
    wanted.files.append((here, guest))


def _initrd(wanted: Wanted, text: str, _environ: Mapping[str, str]) -> None:
    wanted.initrds.append(text)


def _memory(wanted: Wanted, text: str, _environ: Mapping[str, str]) -> None:
    wanted.memory_mib = _number("--memory", text, MEMORY_MIB_MIN, MEMORY_MIB_MAX)


def _cpus(wanted: Wanted, text: str, _environ: Mapping[str, str]) -> None:
    wanted.cpus = _number("--cpus", text, 1, CPUS_MAX)


def _cpu(wanted: Wanted, text: str, _environ: Mapping[str, str]) -> None:
    if not text or text.startswith("-") or text in QEMUS_HELP:
        raise _usage(f"--cpu {text!r} names no CPU model", VALUE_EXAMPLES["--cpu"])
    wanted.cpu = text


VALUES = {
    "--env": _env,
    "-e": _env,
    "--file": _file,
    "--initrd": _initrd,
    "--memory": _memory,
    "--cpus": _cpus,
    "--cpu": _cpu,
}
VALUE_EXAMPLES = {
    "--env": "write --env NAME=VALUE, or --env NAME",
    "-e": "write -e NAME=VALUE, or -e NAME",
    "--file": "write --file HERE or --file HERE:THERE, both paths",
    "--initrd": "write --initrd FILE, an archive of cpio",
    "--memory": "write --memory MIB, such as --memory 256",
    "--cpus": "write --cpus NUMBER, such as --cpus 2",
    "--cpu": "write --cpu MODEL, one of QEMU's, such as pentium2 or pentium3,-sep",
}
