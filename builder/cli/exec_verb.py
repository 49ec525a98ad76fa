"""exec: what `tinygate --help` says of it. linux/exec/command_line.py takes its words apart."""

from typing import Annotated

import typer

from builder.linux.exec.command_line import Wanted

_DEFAULTS = Wanted()


def exec_(
    program: Annotated[
        str, typer.Argument(metavar="PROGRAM", help="A static i386 ELF file; PATH is not searched.")
    ],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="ARGUMENT", help="Its arguments.")
    ] = None,
    env: Annotated[
        list[str] | None,
        typer.Option(
            "--env",
            "-e",
            metavar="NAME[=VALUE]",
            help="Set a variable for it, or hand one over; may be given again.",
        ),
    ] = None,
    file: Annotated[
        list[str] | None,
        typer.Option(
            "--file",
            metavar="HERE[:THERE]",
            help="Give the guest a file or folder, at the same path or there; may be given again.",
        ),
    ] = None,
    initrd: Annotated[
        list[str] | None,
        typer.Option("--initrd", metavar="CPIO", help="Unpack an archive, plain or by gzip."),
    ] = None,
    memory: Annotated[
        str, typer.Option("--memory", metavar="MIB", help="Memory of the guest.")
    ] = str(_DEFAULTS.memory_mib),
    cpus: Annotated[str, typer.Option("--cpus", metavar="NUMBER", help="CPUs of the guest.")] = str(
        _DEFAULTS.cpus
    ),
    cpu: Annotated[
        str, typer.Option("--cpu", metavar="MODEL", help="QEMU's CPU model.")
    ] = _DEFAULTS.cpu,
    strace: Annotated[
        bool,
        typer.Option("--strace", help="Show each system call, and its way into the kernel."),
    ] = False,
) -> None:
    """Run a static i386 Linux program on the kernel of step `linux`, as if it were one of here."""
    from builder.linux.exec.execute import run

    words = ["--strace"] if strace else []
    for option, values in (("--env", env), ("--file", file), ("--initrd", initrd)):
        for value in values or ():
            words += [option, value]
    words += ["--memory", memory, "--cpus", cpus, "--cpu", cpu]
    raise typer.Exit(run([*words, "--", program, *(arguments or ())]))
