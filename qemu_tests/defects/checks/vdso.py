"""The vDSO and the clocks: what the suite `checks` of step `linux` finds there."""

from __future__ import annotations

from qemu_tests.defects.checks.defect import CHECKS, Defect, changed
from qemu_tests.kit.kernels import Change

LINUX = ("linux",)
RANDOM = (*CHECKS, "vsyscall.address=random")
SUITE_ENTRY = "the vDSO and the clocks"


def vdso(
    name: str,
    changes: tuple[Change, ...],
    *says: str,
    word: str = "fail",
    static: str = "",
) -> Defect:
    return Defect(name, changes, word, (SUITE_ENTRY, *says), static, steps=LINUX)


VDSO = (
    vdso(
        "AT_SYSINFO_EHDR is that of the stub",
        changed("proc/start_stack.c", "page_down(sysinfo_addr)", "sysinfo_addr"),
        "the beginning of a page",
    ),
    vdso(
        "a function in the wrong version",
        changed(
            "vdso/vdso.map",
            "        __kernel_rt_sigreturn;\n",
            "        __kernel_rt_sigreturn;\n        __vdso_time;\n",
            "        __vdso_gettimeofday;\n        __vdso_time;\n",
            "        __vdso_gettimeofday;\n",
        ),
        "__vdso_time",
        static=r"__vdso_time is not found in version LINUX_2\.6",
    ),
    vdso(
        "the clocks of the vDSO changed round",
        changed(
            "include/clock_data.h",
            "struct clock_time wall, boot;",
            "struct clock_time boot, wall;",
        )
        + changed(
            "dev/clock.c",
            "const struct clock_time *clock = clock_of(&shared.data, id);",
            "const struct clock_time *clock = clock_of(&shared.data, id ^ 1);",
        ),
        "CLOCK_MONOTONIC",
    ),
    vdso(
        "the kernel tells the time of the last tick",
        changed(
            "dev/clock.c",
            "time_add(now, clock_elapsed(&shared.data, tsc_read()));",
            "time_add(now, 0);",
        ),
        "CLOCK_MONOTONIC",
    ),
    vdso(
        "a clock that jumps back to the tick",
        changed(
            "dev/clock.c",
            "passed = clock_elapsed(data, tsc);",
            "passed = clock_elapsed(data, tsc) / 2;",
        ),
        "went back",
    ),
    vdso(
        "time of day since the start",
        changed("dev/clock.c", "wall.seconds = rtc_seconds();", "wall.seconds = 0;"),
        "after 1999",
    ),
    vdso(
        "seconds are not carried in the vDSO",
        changed(
            "vdso/clock.c", "    result->seconds = now.seconds;\n", "    result->seconds = 0;\n"
        ),
        "CLOCK_REALTIME",
    ),
    vdso(
        "microseconds are nanoseconds",
        changed("vdso/clock.c", "(now.nanoseconds >> CLOCK_SHIFT) / 1000", "now.nanoseconds"),
        "between two readings of CLOCK_REALTIME",
    ),
    vdso(
        "any clock is taken",
        changed("include/clock_data.h", "places[id] : 0;", "places[id] : places[0];"),
        "no such clock",
    ),
    Defect(
        "the clock's data writable",
        changed(
            "entry/vsyscall_page.c",
            "page_map(kernel_page_directory, VSYSCALL_ADDR - PAGE_SIZE, clock_frame(), PAGE_USER)",
            "page_map(kernel_page_directory, VSYSCALL_ADDR - PAGE_SIZE, clock_frame(), PAGE_USER |"
            " PAGE_WRITE)",
        ),
        "fail",
        ("a write to the clocks that the vDSO reads",),
        steps=LINUX,
    ),
    Defect(
        "the vDSO of all processes writable",
        changed(
            "entry/vsyscall_page.c",
            "*entry = frame | PAGE_PRESENT | PAGE_USER;",
            "*entry = frame | PAGE_PRESENT | PAGE_USER | PAGE_WRITE;",
        ),
        "fail",
        ("a write to the vsyscall page",),
        config=RANDOM,
        steps=LINUX,
    ),
)
