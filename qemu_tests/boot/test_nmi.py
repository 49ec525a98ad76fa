"""Non-maskable interrupts during system calls: they come when there is no stack to speak of."""

from __future__ import annotations

import contextlib
import re
import shlex
import socket
import subprocess
from pathlib import Path

import pytest

from builder.boot.emulator import BootImage, Connections, Machine, Qemu
from builder.boot.patience import BACKSTOP_S
from builder.model.outcomes import BANNER_PREFIX, FINISHED, FINISHED_PREFIX, PANIC_PREFIX
from qemu_tests.kit.kernels import Kernel, Lab

CALLS = 3_000_000

# Finds AT_SYSINFO on its start stack and calls getpid through the page again and again.
CALLER = f"""
    global _start
_start:
    mov  esi, esp
.environment:                               ; the auxiliary vector is behind the second NULL
    lodsd
    test eax, eax
    jnz  .environment
.vector:
    lodsd
    test eax, eax
    jnz  .vector
.find:
    lodsd
    mov  ecx, eax
    lodsd
    cmp  ecx, 32                            ; AT_SYSINFO
    jne  .find
    mov  esi, eax
    mov  edi, {CALLS}
.again:
    mov  eax, 20                            ; getpid
    call esi
    cmp  eax, 1
    jne  .wrong
    dec  edi
    jnz  .again
    xor  ebx, ebx
    jmp  .exit
.wrong:
    mov  ebx, 1
.exit:
    mov  eax, 1                             ; exit
    int  0x80
"""


def assemble(folder: Path) -> None:
    (folder / "caller.asm").write_text(CALLER)
    subprocess.run(["nasm", "-f", "elf32", "caller.asm"], cwd=folder, check=True)
    link = ["ld", "-m", "elf_i386", "-z", "noexecstack", "-o", "caller", "caller.o"]
    subprocess.run(link, cwd=folder, check=True)


def inject_until_end(process: subprocess.Popen[str], control: socket.socket) -> None:
    """One NMI after the other, each when QEMU has answered to the one before."""
    control.settimeout(BACKSTOP_S)
    with control.makefile("r") as answers, contextlib.suppress(OSError):
        while process.poll() is None:
            control.sendall(b'{"execute": "inject-nmi"}')
            if not answers.readline():
                return


def run_with_nmis(machine: Machine, image: BootImage) -> tuple[str, int]:
    """What the guest printed and QEMU's exit status; NMIs from the kernel's KTAP line on."""
    qemu = Qemu()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        command = qemu.command(machine, image, Connections(control_fd=theirs.fileno()))
        ours.sendall(qemu.control_hello)
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            pass_fds=[theirs.fileno()],
        ) as process:  # fmt: skip
            theirs.close()
            assert process.stdout is not None
            try:
                text = ""
                # Before that line the BIOS runs, which takes an NMI for a broken machine.
                while not text.endswith("KTAP version 1\n"):
                    line = process.stdout.readline()
                    assert line, f"ended early:\n{text}"
                    text += line
                inject_until_end(process, ours)
                return text + process.stdout.read(), process.wait(BACKSTOP_S)
            finally:
                process.kill()


@pytest.mark.parametrize("stack", ["per-switch", "esp0-word", "tss-end"])
def test_system_calls_survive_nmis(lab: Lab, tmp_path: Path, stack: str) -> None:
    assemble(tmp_path)
    kernel = lab.kernel(
        "kernel.step=robust",
        "programs.suite=none",
        "programs.files=['caller']",
        f"sysenter.stack={stack}",
        folder=tmp_path,
    )
    text, status = run_with_nmis(Machine(icount=False), kernel.image("kernel"))

    assert status == FINISHED.exit_status, text
    assert text.startswith(BANNER_PREFIX) and PANIC_PREFIX not in text, text
    assert f"{FINISHED_PREFIX}1 passed, 0 failed\n" in text
    counted = re.search(r"^# non-maskable interrupts: (\d+)$", text, re.M)
    assert counted is not None and int(counted[1]) > 10, text


# A call with no flag set but SF: its EFLAGS are a selector of the TSS, if somebody leaves them in
# the link of that TSS. Then IRET with NT set.
NESTED = """
    global _start
_start:
    mov  ecx, 4
.call:
    mov  eax, 20
    mov  edx, 0x80000001
    test edx, edx
    call 0xffffe000
    loop .call
    pushfd
    or   dword [esp], 0x4000
    popfd
    iretd
"""


def nmi_at_the_second_call(lab: Lab, folder: Path, *config: str) -> tuple[Kernel, str]:
    """A kernel that gets an NMI before its second call's first instruction, and what it printed."""
    (folder / "nested.asm").write_text(NESTED)
    subprocess.run(["nasm", "-f", "elf32", "nested.asm"], cwd=folder, check=True)
    link = ["ld", "-m", "elf_i386", "-z", "noexecstack", "-o", "nested", "nested.o"]
    subprocess.run(link, cwd=folder, check=True)
    own = ("programs.suite=none", "programs.files=['nested']")
    kernel = lab.kernel(*own, *config, folder=folder)
    serial = folder / "serial"
    image = BootImage("kernel", kernel.elf)
    qemu = [*Qemu().command(Machine(), image), "-S", "-gdb", "stdio"]
    qemu[qemu.index("-chardev") + 1] = f"file,id=com1,path={serial}"
    script = ["set confirm off", f"target remote | exec {shlex.join(qemu)}"]
    script += ["break *sysenter_entry", "continue", "continue", "monitor nmi", "delete", "continue"]
    command = ["gdb", "-batch", "-nx"]
    for line in script:
        command += ["-ex", line]
    subprocess.run(
        [*command, str(kernel.elf)], capture_output=True, timeout=BACKSTOP_S, check=False
    )
    return kernel, serial.read_text()


@pytest.mark.parametrize("stack", ["per-switch", "esp0-word", "tss-end"])
def test_an_nmi_leaves_nothing_that_a_program_could_return_to(
    lab: Lab, tmp_path: Path, stack: str
) -> None:
    _, text = nmi_at_the_second_call(lab, tmp_path, "kernel.step=robust", f"sysenter.stack={stack}")
    assert "nested (pid 1): killed by #TS invalid TSS" in text, text
    assert "# non-maskable interrupts: 1\n" in text, text


def test_the_lesson_reports_an_nmi_where_it_has_no_stack(lab: Lab, tmp_path: Path) -> None:
    """It comes on the last words of the TSS, and is told as if one instruction later."""
    kernel, text = nmi_at_the_second_call(lab, tmp_path, "kernel.step=vsyscall")
    assert "kernel panic: exception 2, error code 0x0\n" in text, text
    assert f"# eip {kernel.symbols['sysenter_entry.stack_found']:08x} " in text, text
