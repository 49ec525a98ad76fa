"""Programs that want the kernel's end, or their neighbours', get an errno or a signal instead."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from builder.boot.emulator import BootImage, Qemu
from builder.errors import ToolError
from builder.linux.cpio import Directory, File, Node, pack
from qemu_tests.kit.guests import run_to_end
from qemu_tests.kit.kernels import Change, Lab
from qemu_tests.linux.build_programs import Compiler, build_bare
from qemu_tests.linux.tinygate import BARE, MACHINE

HERE = Path(__file__).parent / "attacks"
MEMORY_MIB = 16
CPUS = (1, 2, 4)
NOT_ATTACKS = ("watch", "exit", "shortage")  # /init, what attacks run, and what has a test below
ATTACKS = tuple(sorted({source.stem for source in HERE.glob("*.c")} - {*NOT_ATTACKS}))
END = re.compile(r"^@end (?P<name>\w+) (?P<how>\w+=\d+) pages=(?P<pages>-?\d+)$", re.MULTILINE)
OPTIONS = {2: ("vsyscall.address=random",)}  # the other way to make address spaces

# A kernel in which the n-th allocation of a process and its children fails, or that and the next:
# sysinfo() of a small number says which.
SHORTAGE = (
    Change(
        "mm/frames.c",
        "uint32_t frame_take(void)\n{\n",
        """#include "proc/process.h"

int32_t fail_pid;
uint32_t fail_in, fail_more;

int fail_now(void);
int fail_now(void)
{
    int now = current_process()->pid >= fail_pid && fail_in == 1;

    if (current_process()->pid >= fail_pid && fail_in != 0) {
        fail_in -= !now || !fail_more;
        fail_more -= now && fail_more;
    }
    return now;
}

uint32_t frame_take(void)
{
    if (fail_now()) {
        return 0;
    }
""",
    ),
    Change(
        "mm/heap.c",
        "    uint32_t size_index = 0;\n\n    while",
        """    uint32_t size_index = 0;
    extern int fail_now(void);

    if (fail_now()) {
        return NULL;
    }
    while""",
    ),
    Change(
        "mm/heap.c",
        "    return memset(piece, 0, size);",
        "    heap_used++;\n    return memset(piece, 0, size);",
    ),
    Change(
        "mm/heap.c",
        "    *(void **)memory = page->free;",
        "    heap_used--;\n    *(void **)memory = page->free;",
    ),
    Change(
        "mm/heap.c",
        "static struct heap_page *pages",
        "uint32_t heap_used;\n\nstatic struct heap_page *pages",
    ),
    Change(
        "sys/sysinfo.c", "        .unit = 1,", "        .unit = 1,\n        .shared = heap_used,"
    ),
    Change(
        "sys/sysinfo.c",
        "    struct sysinfo info = {",
        """    extern uint32_t heap_used;
    extern int32_t fail_pid;
    extern uint32_t fail_in, fail_more;

    if ((uint32_t)to < PAGE_SIZE) {
        fail_pid = current_process()->pid;
        fail_in = ((uint32_t)to + 1) / 2;
        fail_more = (uint32_t)to & 1;
    }
    struct sysinfo info = {""",
    ),
)


@pytest.fixture(scope="session")
def initramfs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All attacks, and /init, which watches one."""
    compiler = Compiler()
    entries: list[Directory | File | Node] = [Directory(name) for name in ("attacks", "dev", "tmp")]
    entries.append(Node("dev/console", "char", 5, 1, 0o666))
    for source in sorted(HERE.glob("*.c")):
        try:
            data = build_bare(source, compiler).read_bytes()
        except ToolError as error:
            pytest.skip(str(error))
        name = "init" if source.stem == "watch" else f"attacks/{source.stem}"
        entries.append(File(name, data, 0o755))
    path = tmp_path_factory.mktemp("attacks") / "initramfs"
    path.write_bytes(pack(entries))
    return path


def boot(kernel: Path, initramfs: Path, attack: str, cpus: int) -> str:
    """What the kernel says while its /init watches an attack."""
    image = BootImage("kernel", kernel, initramfs, f"kernel -- {attack}")
    # One CPU's clock counts instructions: what sleeps, and most attacks do, costs no time.
    machine = replace(MACHINE, memory_mib=MEMORY_MIB, cpus=cpus)
    command = Qemu().command(machine, image)
    run = run_to_end(command)
    return f"{run.text}\n# it does not end: {run.stopped_for}" if run.stopped_for else run.text


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("cpus", CPUS)
def test_is_survived_and_every_page_comes_back(
    lab: Lab, initramfs: Path, attack: str, cpus: int
) -> None:
    kernel = lab.kernel(*BARE, f"cpu.count={cpus}", *OPTIONS.get(cpus, ()))
    assert_survived(boot(kernel.elf, initramfs, attack, cpus), attack)


def test_no_allocation_that_fails_loses_a_page(lab: Lab, initramfs: Path) -> None:
    kernel = lab.damaged(lab.kernel(*BARE), "shortage", SHORTAGE)
    assert_survived(boot(kernel.elf, initramfs, "shortage", 1), "shortage")


def assert_survived(text: str, attack: str) -> None:
    """It ended well in both rounds, and the second one's pages are all free again."""
    ends = [(end["name"], end["how"], end["pages"]) for end in END.finditer(text)]
    assert ends == [(attack, "exit=0", "0")], text[-3000:]
    assert "@finished" in text
