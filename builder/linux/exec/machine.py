"""The emulator, started without a detour: subprocess and a helper for its death take too long."""

import fcntl
import mmap
import os
import select
import signal
import socket

from builder.errors import EmulatorError, ToolError
from builder.linux.exec.command_line import Wanted
from builder.model.host import OUTCOME_PORT

PROGRAM = "qemu-system-i386"
# It starts in the least time: no PCI, no ACPI, and the smallest firmware. The kernel wants no more
# than interrupt controllers, timer, clock and serial ports.
MICROVM = "microvm,acpi=off,pit=on,pic=on,rtc=on"
MACHINE = f"{MICROVM},isa-serial=off,memory-backend=ram"


def command(
    wanted: Wanted, kernel: str, *, memory: str, modules: tuple[str, ...], bell: str, serial: str
) -> list[str]:
    """QEMU's command line.

    Args:
        wanted: CPUs, memory.
        kernel: The file.
        memory: The file that is the guest's memory.
        modules: Files for the guest.
        bell: What COM2 is connected with, as -chardev has it, without an id.
        serial: What COM1 is.
    """
    # A local APIC keeps the PIC's interrupts to itself until a BIOS, or code for several CPUs, has
    # told it otherwise. One CPU needs none.
    cpu_features = ",-apic" if wanted.cpus == 1 else ""
    return [
        *(PROGRAM, "-accel", "tcg", "-machine", MACHINE, "-cpu", wanted.cpu + cpu_features),
        *("-smp", str(wanted.cpus), "-m", str(wanted.memory_mib)),
        "-object",
        f"memory-backend-file,id=ram,size={wanted.memory_mib}M,share=on,mem-path={memory}",
        *("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
        *("-device", f"isa-debug-exit,iobase={OUTCOME_PORT:#x},iosize=4"),
        *("-chardev", f"{serial},id=serial"),
        *("-device", "isa-serial,chardev=serial,iobase=0x3f8,irq=4"),
        *("-chardev", f"{bell},id=bell"),
        *("-device", "isa-serial,chardev=bell,iobase=0x2f8,irq=3"),
        *("-kernel", kernel),
        *(("-initrd", ",".join(modules)) if modules else ()),
    ]


def find_emulator(path: str) -> str:
    """The program in the folders of `path`, as PATH names them. Raises ToolError."""
    for folder in path.split(os.pathsep):
        candidate = os.path.join(folder or ".", PROGRAM)
        if os.access(candidate, os.X_OK) and os.path.isfile(candidate):
            return candidate
    from builder.tools import packages

    raise ToolError(
        f"{PROGRAM} is not there",
        where="PATH",
        why="it is the computer that the program would run on",
        fix=packages.advice(("qemu",)),
    )


class Machine:
    """A running emulator.

    Attributes:
        cpu: What the guest has, as --cpu names it.
        memory: The guest's memory, shared with it.
        bell: Socket: COM2, see kernel_src/options/host/base/dev/host.h.
        serial: Socket: COM1, the terminal and what the kernel itself says.
        errors: What the emulator says.
    """

    def __init__(self, wanted: Wanted, kernel: str, files: list[bytes], start: bytes) -> None:
        """Start it. Raises ToolError and EmulatorError."""
        program = find_emulator(os.environ.get("PATH", os.defpath))
        self.cpu = wanted.cpu
        ram = os.memfd_create("ram")
        os.ftruncate(ram, wanted.memory_mib << 20)
        self.memory = mmap.mmap(ram, wanted.memory_mib << 20)
        modules = (_file(files), _file([start]))
        self.bell, bell = socket.socketpair()
        self.serial, serial = socket.socketpair()
        self.errors, errors = os.pipe()
        alive, ours = os.pipe()
        argv = command(
            wanted,
            kernel,
            memory=_path(ram),
            modules=tuple(map(_path, modules)),
            bell=f"socket,fd={bell.fileno()}",
            serial=f"socket,fd={serial.fileno()}",
        )
        inherited = (ram, *modules, bell.fileno(), serial.fileno(), alive)
        self.pid = os.fork()
        if self.pid == 0:
            _become(program, argv, inherited, errors, alive, ours)
        self._alive = ours  # open as long as we are
        for number in (ram, *modules, errors, alive):
            os.close(number)
        bell.close()
        serial.close()
        for end in (self.bell, self.serial):
            end.setblocking(False)
        self.status: int | None = None

    def wait(self) -> int:
        """How it ended, as os.waitstatus_to_exitcode() has it."""
        if self.status is None:
            _, status = os.waitpid(self.pid, 0)
            self.status = os.waitstatus_to_exitcode(status)
        return self.status

    def kill(self) -> None:
        """End it at once, if it has not ended."""
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            self.wait()

    def complaint(self) -> str:
        """What it said, once it has ended."""
        with open(self.errors, "rb", closefd=False) as stream:
            return stream.read(1 << 16).decode("utf-8", "replace").strip()


def _path(number: int) -> str:
    """A name for an inherited descriptor."""
    return f"/proc/self/fd/{number}"


def _file(pieces: list[bytes]) -> int:
    """A nameless file with this in it."""
    number = os.memfd_create("module")
    left = memoryview(b"".join(pieces))
    try:
        while left:
            left = left[os.write(number, left) :]
    except OSError as error:
        raise EmulatorError(
            "there is no room for the guest's files",
            where="memory of this system",
            why=str(error),
            fix="free some, or hand over less with --file and --initrd",
        ) from error
    return number


def _become(
    program: str,
    argv: list[str],
    inherited: tuple[int, ...],
    errors: int,
    alive: int,
    ours: int,
) -> None:
    """In the child: become the emulator, in a session of its own."""
    try:
        os.setsid()  # Ctrl-C is for the guest
        _die_with_parent(alive, ours)
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(null, 1)
        os.dup2(errors, 2)
        for number in inherited:
            os.set_inheritable(number, True)
        for number in (signal.SIGPIPE, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        os.execv(program, argv)
    except BaseException as error:
        os.write(errors, str(error).encode())
    finally:
        os._exit(1)


def _die_with_parent(alive: int, ours: int) -> None:
    """Let the kernel kill us when the other end of this pipe closes, however that comes about.

    A pipe tells whoever asked for it by a signal (fcntl(2), F_SETSIG) that it can be read, and also
    when nobody can write any more. That outlives exec, and needs no further process.
    """
    os.close(ours)
    fcntl.fcntl(alive, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(alive, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(alive, fcntl.F_SETFL, os.O_ASYNC)
    poll = select.poll()
    poll.register(alive, select.POLLIN)
    if poll.poll(0):  # it was already over
        os._exit(1)
