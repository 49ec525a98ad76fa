"""What is booted to measure a Linux kernel: the measuring program, and busybox's shell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from builder.boot.patience import BACKSTOP_S
from builder.errors import BuildError
from builder.linux import debian
from builder.linux.cpio import Directory, Entry, File, Node, pack
from builder.linux.debian.debian_kernel import kernel_file
from builder.linux.shell.userland import PACKAGE as BUSYBOX
from builder.linux.shell.userland import PROGRAM
from builder.tools import commands, toolchain

FLAGS = (
    *("-std=gnu11", "-O2", "-march=i686", "-Wall", "-Wextra", "-Werror"),
    *("-ffreestanding", "-fno-pic", "-fno-stack-protector", "-fno-asynchronous-unwind-tables"),
)
LINK_FLAGS = ("-m", "elf_i386", "-z", "noexecstack", "-e", "_start")
HELLO = b"hello from /init\n"
SHELL_SAYS = b"busybox says 19\n"
SHELL_SCRIPT = b"""\
#!/bin/busybox sh
echo "busybox says $(busybox seq 100 | busybox grep -c 7)"
exec busybox poweroff -f
"""


@dataclass(frozen=True)
class Peer:
    """Debian's kernel."""

    kernel: Path
    version: str


def compile_calls(source: Path, out_dir: Path) -> Path:
    """A measuring program, in `out_dir`. Raises ToolError and BuildError."""
    compiler = toolchain.find_compiler()
    program = out_dir / source.stem
    object_file = program.with_suffix(".o")
    for argv in (
        [*compiler.command, *FLAGS, "-c", str(source), "-o", str(object_file)],
        [compiler.ld, *LINK_FLAGS, "-o", str(program), str(object_file)],
    ):
        done = commands.run(argv, timeout_s=BACKSTOP_S)
        if not done.ok:
            raise BuildError(
                f"{source.name} does not compile",
                where=done.command.shell(),
                why=(done.stderr or done.stdout).strip()[-1000:],
                fix="run the command above by hand; `tinygate doctor` checks the compiler",
            )
    return program


def find_peer() -> Peer:
    """Debian's kernel, fetched if it is not here. Raises DebianUnavailableError, FileError."""
    image = debian.fetch(debian.named(["linux-image-686"]))["linux-image-686"]
    return Peer(kernel_file(image), f"{image.package} {image.version}")


def find_busybox() -> Path:
    """Debian's busybox, fetched if it is not here. Raises DebianUnavailableError."""
    return debian.fetch(debian.named([BUSYBOX]))[BUSYBOX].root / PROGRAM


def pack_calls(program: bytes) -> bytes:
    """The RAM disk of the measuring program."""
    return pack([*_devices(), File("init", program, 0o755)])


def pack_shell(busybox: bytes) -> bytes:
    """The RAM disk of the shell."""
    files = (Directory("bin"), File(PROGRAM, busybox, 0o755), File("init", SHELL_SCRIPT, 0o755))
    return pack([*_devices(), *files])


def _devices() -> tuple[Entry, ...]:
    """What Debian's kernel does not make itself."""
    return (
        Directory("dev"),
        Node("dev/console", "char", 5, 1),
        Node("dev/null", "char", 1, 3, 0o666),
    )
