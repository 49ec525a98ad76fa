"""The tables: what the hardware and Linux fix, and that no two rows contradict each other."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from builder.config.load import load_config
from builder.config.step import STEPS
from builder.model import budgets, memory, outcomes, tables, traps
from builder.model.features import FEATURES, SYSENTER_MIN_SIGNATURE
from builder.model.gdt import GDT_ENTRIES, check_sysenter_order, gdt_entries
from builder.model.kernel import KernelModel, build_model
from builder.model.layout import PROCESS, PT_REGS, TSS_BYTES, Field, Layout
from builder.model.programs import FAULTS
from builder.model.syscalls import EVERY_SYSCALL, syscalls_for
from builder.model.syscalls_absent import ABSENT

EVERY_STEP = (
    ("kernel.step=int80",),
    ("kernel.step=sysenter",),
    ("kernel.step=vsyscall", "programs.suite=checks"),
    ("kernel.step=robust", "sysenter.stack=per-switch"),
    ("kernel.step=robust", "sysenter.stack=esp0-word", "cpu.count=8"),
    ("kernel.step=robust", "tss.io_bitmap=false"),
    ("kernel.step=robust", "vsyscall.address=random", "cpu.count=2", "programs.suite=checks"),
    ("kernel.step=processes",),
    ("kernel.step=linux", "vsyscall.address=random", "cpu.count=2"),
    ("kernel.step=linux", "programs.suite=checks"),
)
LESSON = ("int80", "sysenter", "vsyscall")
ROBUST = "kernel.step=robust"


@pytest.fixture(params=EVERY_STEP, ids=" ".join)
def model(request: pytest.FixtureRequest) -> KernelModel:
    return build_model(load_config(None, request.param))


def model_of(step: str, *overrides: str) -> KernelModel:
    return build_model(load_config(None, [f"kernel.step={step}", *overrides]))


# ---- GDT ----


def test_selectors_are_those_of_linux() -> None:
    selectors = {entry.name: entry.selector for entry in gdt_entries(103, double_fault=True)}
    assert selectors["KERNEL_CODE"] == 0x60
    assert selectors["KERNEL_DATA"] == 0x68
    assert selectors["USER_CODE"] == 0x73
    assert selectors["USER_DATA"] == 0x7B
    assert selectors["TSS"] == 0x80
    assert selectors["DOUBLE_FAULT_TSS"] == 0xF8


def test_descriptors_are_those_of_linux() -> None:
    descriptors = {entry.name: entry.descriptor for entry in gdt_entries(103, double_fault=True)}
    assert descriptors["KERNEL_CODE"] == 0x00CF9B000000FFFF
    assert descriptors["KERNEL_DATA"] == 0x00CF93000000FFFF
    assert descriptors["USER_CODE"] == 0x00CFFB000000FFFF
    assert descriptors["USER_DATA"] == 0x00CFF3000000FFFF
    assert descriptors["TSS"] == 0x0000890000000067


def test_user_selectors_follow_from_the_sysenter_msr() -> None:
    by_name = {entry.name: entry for entry in gdt_entries(103, double_fault=True)}
    msr = by_name["KERNEL_CODE"].selector
    assert by_name["KERNEL_DATA"].selector == msr + 8
    assert by_name["USER_CODE"].selector == msr + 16 | 3
    assert by_name["USER_DATA"].selector == msr + 24 | 3


def test_gdt_in_another_order_is_refused() -> None:
    code, data, *rest = gdt_entries(103, double_fault=True)
    check_sysenter_order((code, data, *rest))
    swapped = (replace(code, index=data.index), replace(data, index=code.index), *rest)
    with pytest.raises(AssertionError):
        check_sysenter_order(swapped)


def test_gdt_indices_are_sorted_unique_and_leave_room_for_tls(model: KernelModel) -> None:
    indices = [entry.index for entry in model.gdt]
    assert indices == sorted(set(indices))
    assert indices[0] > 0 and indices[-1] < GDT_ENTRIES
    assert not {6, 7, 8} & set(indices)  # Linux's TLS


@pytest.mark.parametrize("step", STEPS)
def test_the_small_kernels_have_no_task_for_a_double_fault(step: str) -> None:
    model = model_of(step)
    names = [entry.name for entry in model.gdt]
    flat = ["KERNEL_CODE", "KERNEL_DATA", "USER_CODE", "USER_DATA"]
    last = [] if step in LESSON else ["DOUBLE_FAULT_TSS"]
    assert names == [*flat, "TSS", *last]
    assert [t.vector for t in model.traps if t.task_gate] == ([] if step in LESSON else [8])


def test_tss_limit_covers_the_bitmap_and_one_byte_more(model: KernelModel) -> None:
    limit = next(entry.limit for entry in model.gdt if entry.name == "TSS")
    assert limit == (104 + 8192 if "io-bitmap" in model.layers else 103)


# ---- layouts ----


def test_pt_regs_is_that_of_linux() -> None:
    names = [
        "ebx",
        "ecx",
        "edx",
        "esi",
        "edi",
        "ebp",
        "eax",
        "ds",
        "es",
        "fs",
        "gs",
        "orig_eax",
        "eip",
        "cs",
        "eflags",
        "esp",
        "ss",
    ]
    assert [placed.field.name for placed in PT_REGS.placed] == names
    assert [placed.offset for placed in PT_REGS.placed] == list(range(0, 68, 4))
    assert PT_REGS.size_bytes == 68


def test_tss_is_that_of_the_sdm() -> None:
    offsets = {"link": 0, "esp0": 4, "ss0": 8, "esp1": 12, "cr3": 28, "eip": 32, "eflags": 36}
    offsets |= {"eax": 40, "esp": 56, "edi": 68, "es": 72, "cs": 76, "ss": 80, "ds": 84, "gs": 92}
    offsets |= {"ldt": 96, "trap": 100, "iomap_base": 102}
    tss = model_of("robust").layout("tss")
    assert {name: tss.offset_of(name) for name in offsets} == offsets
    assert tss.size_bytes == TSS_BYTES == 104


@pytest.mark.parametrize("step", LESSON)
def test_tss_of_the_small_kernels_is_that_of_the_sdm_as_far_as_they_use_it(step: str) -> None:
    tss = model_of(step).layout("tss")
    used = {"link": 0, "esp0": 4, "ss0": 8, "esp1": 12, "trap": 100, "iomap_base": 102}
    unused = {"unused": 16}
    # SYSENTER begins at the end of the emergency stack, where esp0 is found by its distance.
    behind = {"emergency_stack": TSS_BYTES} if step == "vsyscall" else {}
    assert {placed.field.name: placed.offset for placed in tss.placed} == used | unused | behind
    assert tss.size_bytes == TSS_BYTES + (256 if behind else 0)


def test_layouts_have_no_holes_and_no_name_twice(model: KernelModel) -> None:
    for layout in model.layouts:
        ends = [placed.offset + placed.field.size_bytes for placed in layout.placed]
        assert [placed.offset for placed in layout.placed] == [0, *ends[:-1]]
        assert layout.size_bytes == ends[-1]
        names = [placed.field.name for placed in layout.placed]
        assert len(names) == len(set(names))


def test_a_field_that_is_not_aligned_is_refused() -> None:
    fields = (Field("a", "uint16_t", 2, ""), Field("b", "uint32_t", 4, ""))
    with pytest.raises(AssertionError, match="not aligned"):
        _ = Layout("x", "X", "", fields).placed


def test_each_design_of_sysenter_esp_finds_esp0_where_it_looks() -> None:
    def cpu(stack: str) -> Layout:
        return model_of("robust", f"sysenter.stack={stack}").layout("cpu")

    # Below the address in the MSR there must be room for what an exception pushes there.
    end, word = cpu("tss-end"), cpu("esp0-word")
    assert end.offset_of("emergency_stack") >= end.offset_of("tss") + TSS_BYTES
    assert word.offset_of("tss") == word.offset_of("emergency_stack") + 256
    assert "emergency_stack" not in [placed.field.name for placed in cpu("per-switch").placed]


def test_io_bitmap_follows_the_tss(model: KernelModel) -> None:
    if "io-bitmap" in model.layers:
        cpu = model.layout("cpu")
        assert cpu.offset_of("io_bitmap") == cpu.offset_of("tss") + TSS_BYTES
        return
    names = {field.name for layout in model.layouts for field in layout.fields}
    assert "io_bitmap" not in names


@pytest.mark.parametrize("step", STEPS)
def test_only_kernels_for_several_cpus_have_data_for_each(step: str) -> None:
    names = [layout.c_name for layout in model_of(step).layouts]
    assert ("cpu" in names) == (step not in LESSON)


def test_process_fields_come_with_their_step() -> None:
    fields = {placed.field.name for placed in PROCESS.for_layers(("int80",)).placed}
    assert fields.isdisjoint({"sysinfo", "sysenter_return", "io_bitmap", "state", "next", "cpu"})
    assert fields == {placed.field.name for placed in model_of("vsyscall").layout("process").placed}
    # A program of the small kernels runs alone, while suite_run() waits for it.
    assert "parent" in fields
    assert {"parent", "state"} & {f.name for f in model_of("robust").layout("process").fields} == {
        "state"
    }


# ---- memory ----


def test_regions_are_sorted_and_do_not_overlap(model: KernelModel) -> None:
    regions = sorted(model.regions, key=lambda region: region.start)
    for one, other in pairwise(regions):
        assert one.start < one.end <= other.end <= 2**32
        # A program's segments end below the place of the random page; all else keeps apart.
        assert one.end <= other.start, f"{one.name} and {other.name}"
    assert all(region.start % memory.PAGE_SIZE == 0 for region in regions)
    assert all(region.end % memory.PAGE_SIZE == 0 for region in regions)


def test_only_what_ring_3_may_touch_is_open_to_it(model: KernelModel) -> None:
    for region in model.regions:
        open_ones = ("program", "user stack", "vsyscall", "clock data")
        assert ("u" in region.access) == (region.name in open_ones)
        if region.name == "vsyscall":
            assert region.access == "r-xu"


def test_physical_addresses_suit_the_machine() -> None:
    assert memory.SMP_TRAMPOLINE_ADDR < 1 << 20
    assert memory.SMP_TRAMPOLINE_ADDR % memory.PAGE_SIZE == 0
    assert memory.KERNEL_LOAD_ADDR == 1 << 20
    assert memory.KERNEL_BASE + memory.DIRECT_MAP_BYTES <= memory.KERNEL_STACKS_BASE


# ---- system calls ----

# Linux arch/x86/entry/syscalls/syscall_32.tbl.
LINUX = {
    "restart_syscall": 0, "exit": 1, "fork": 2, "read": 3, "write": 4, "open": 5, "close": 6,
    "waitpid": 7, "creat": 8, "link": 9, "unlink": 10, "execve": 11, "chdir": 12, "time": 13,
    "mknod": 14, "chmod": 15, "lchown": 16, "break": 17, "oldstat": 18, "lseek": 19, "getpid": 20,
    "mount": 21, "umount": 22, "setuid": 23, "getuid": 24, "stime": 25, "ptrace": 26, "alarm": 27,
    "oldfstat": 28, "pause": 29, "utime": 30, "stty": 31, "gtty": 32, "access": 33, "nice": 34,
    "ftime": 35, "sync": 36, "kill": 37, "rename": 38, "mkdir": 39, "rmdir": 40, "dup": 41,
    "pipe": 42, "times": 43, "prof": 44, "brk": 45, "setgid": 46, "getgid": 47, "signal": 48,
    "geteuid": 49, "getegid": 50, "acct": 51, "umount2": 52, "lock": 53, "ioctl": 54, "fcntl": 55,
    "mpx": 56, "setpgid": 57, "ulimit": 58, "oldolduname": 59, "umask": 60, "chroot": 61,
    "ustat": 62, "dup2": 63, "getppid": 64, "getpgrp": 65, "setsid": 66, "sigaction": 67,
    "sgetmask": 68, "ssetmask": 69, "setreuid": 70, "setregid": 71, "sigsuspend": 72,
    "sigpending": 73, "sethostname": 74, "setrlimit": 75, "getrlimit": 76, "getrusage": 77,
    "gettimeofday": 78, "settimeofday": 79, "getgroups": 80, "setgroups": 81, "select": 82,
    "symlink": 83, "oldlstat": 84, "readlink": 85, "uselib": 86, "swapon": 87, "reboot": 88,
    "readdir": 89, "mmap": 90, "munmap": 91, "truncate": 92, "ftruncate": 93, "fchmod": 94,
    "fchown": 95, "getpriority": 96, "setpriority": 97, "profil": 98, "statfs": 99, "fstatfs": 100,
    "ioperm": 101, "socketcall": 102, "syslog": 103, "setitimer": 104, "getitimer": 105,
    "stat": 106, "lstat": 107, "fstat": 108, "olduname": 109, "iopl": 110, "vhangup": 111,
    "idle": 112, "vm86old": 113, "wait4": 114, "swapoff": 115, "sysinfo": 116, "ipc": 117,
    "fsync": 118, "sigreturn": 119, "clone": 120, "setdomainname": 121, "uname": 122,
    "modify_ldt": 123, "adjtimex": 124, "mprotect": 125, "sigprocmask": 126, "create_module": 127,
    "init_module": 128, "delete_module": 129, "get_kernel_syms": 130, "quotactl": 131,
    "getpgid": 132, "fchdir": 133, "bdflush": 134, "sysfs": 135, "personality": 136,
    "afs_syscall": 137, "setfsuid": 138, "setfsgid": 139, "_llseek": 140, "getdents": 141,
    "_newselect": 142, "flock": 143, "msync": 144, "readv": 145, "writev": 146, "getsid": 147,
    "fdatasync": 148, "_sysctl": 149, "mlock": 150, "munlock": 151, "mlockall": 152,
    "munlockall": 153, "sched_setparam": 154, "sched_getparam": 155, "sched_setscheduler": 156,
    "sched_getscheduler": 157, "sched_yield": 158, "sched_get_priority_max": 159,
    "sched_get_priority_min": 160, "sched_rr_get_interval": 161, "nanosleep": 162, "mremap": 163,
    "setresuid": 164, "getresuid": 165, "vm86": 166, "query_module": 167, "poll": 168,
    "nfsservctl": 169, "setresgid": 170, "getresgid": 171, "prctl": 172, "rt_sigreturn": 173,
    "rt_sigaction": 174, "rt_sigprocmask": 175, "rt_sigpending": 176, "rt_sigtimedwait": 177,
    "rt_sigqueueinfo": 178, "rt_sigsuspend": 179, "pread64": 180, "pwrite64": 181, "chown": 182,
    "getcwd": 183, "capget": 184, "capset": 185, "sigaltstack": 186, "sendfile": 187,
    "getpmsg": 188, "putpmsg": 189, "vfork": 190, "ugetrlimit": 191, "mmap2": 192,
    "truncate64": 193, "ftruncate64": 194, "stat64": 195, "lstat64": 196, "fstat64": 197,
    "lchown32": 198, "getuid32": 199, "getgid32": 200, "geteuid32": 201, "getegid32": 202,
    "setreuid32": 203, "setregid32": 204, "getgroups32": 205, "setgroups32": 206, "fchown32": 207,
    "setresuid32": 208, "getresuid32": 209, "setresgid32": 210, "getresgid32": 211, "chown32": 212,
    "setuid32": 213, "setgid32": 214, "setfsuid32": 215, "setfsgid32": 216, "pivot_root": 217,
    "mincore": 218, "madvise": 219, "getdents64": 220, "fcntl64": 221, "gettid": 224,
    "readahead": 225, "setxattr": 226, "lsetxattr": 227, "fsetxattr": 228, "getxattr": 229,
    "lgetxattr": 230, "fgetxattr": 231, "listxattr": 232, "llistxattr": 233, "flistxattr": 234,
    "removexattr": 235, "lremovexattr": 236, "fremovexattr": 237, "tkill": 238, "sendfile64": 239,
    "futex": 240, "sched_setaffinity": 241, "sched_getaffinity": 242, "set_thread_area": 243,
    "get_thread_area": 244, "io_setup": 245, "io_destroy": 246, "io_getevents": 247,
    "io_submit": 248, "io_cancel": 249, "fadvise64": 250, "exit_group": 252, "lookup_dcookie": 253,
    "epoll_create": 254, "epoll_ctl": 255, "epoll_wait": 256, "remap_file_pages": 257,
    "set_tid_address": 258, "timer_create": 259, "timer_settime": 260, "timer_gettime": 261,
    "timer_getoverrun": 262, "timer_delete": 263, "clock_settime": 264, "clock_gettime": 265,
    "clock_getres": 266, "clock_nanosleep": 267, "statfs64": 268, "fstatfs64": 269, "tgkill": 270,
    "utimes": 271, "fadvise64_64": 272, "vserver": 273, "mbind": 274, "get_mempolicy": 275,
    "set_mempolicy": 276, "mq_open": 277, "mq_unlink": 278, "mq_timedsend": 279,
    "mq_timedreceive": 280, "mq_notify": 281, "mq_getsetattr": 282, "kexec_load": 283,
    "waitid": 284, "add_key": 286, "request_key": 287, "keyctl": 288, "ioprio_set": 289,
    "ioprio_get": 290, "inotify_init": 291, "inotify_add_watch": 292, "inotify_rm_watch": 293,
    "migrate_pages": 294, "openat": 295, "mkdirat": 296, "mknodat": 297, "fchownat": 298,
    "futimesat": 299, "fstatat64": 300, "unlinkat": 301, "renameat": 302, "linkat": 303,
    "symlinkat": 304, "readlinkat": 305, "fchmodat": 306, "faccessat": 307, "pselect6": 308,
    "ppoll": 309, "unshare": 310, "set_robust_list": 311, "get_robust_list": 312, "splice": 313,
    "sync_file_range": 314, "tee": 315, "vmsplice": 316, "move_pages": 317, "getcpu": 318,
    "epoll_pwait": 319, "utimensat": 320, "signalfd": 321, "timerfd_create": 322, "eventfd": 323,
    "fallocate": 324, "timerfd_settime": 325, "timerfd_gettime": 326, "signalfd4": 327,
    "eventfd2": 328, "epoll_create1": 329, "dup3": 330, "pipe2": 331, "inotify_init1": 332,
    "preadv": 333, "pwritev": 334, "rt_tgsigqueueinfo": 335, "perf_event_open": 336,
    "recvmmsg": 337, "fanotify_init": 338, "fanotify_mark": 339, "prlimit64": 340,
    "name_to_handle_at": 341, "open_by_handle_at": 342, "clock_adjtime": 343, "syncfs": 344,
    "sendmmsg": 345, "setns": 346, "process_vm_readv": 347, "process_vm_writev": 348, "kcmp": 349,
    "finit_module": 350, "sched_setattr": 351, "sched_getattr": 352, "renameat2": 353,
    "seccomp": 354, "getrandom": 355, "memfd_create": 356, "bpf": 357, "execveat": 358,
    "socket": 359, "socketpair": 360, "bind": 361, "connect": 362, "listen": 363, "accept4": 364,
    "getsockopt": 365, "setsockopt": 366, "getsockname": 367, "getpeername": 368, "sendto": 369,
    "sendmsg": 370, "recvfrom": 371, "recvmsg": 372, "shutdown": 373, "userfaultfd": 374,
    "membarrier": 375, "mlock2": 376, "copy_file_range": 377, "preadv2": 378, "pwritev2": 379,
    "pkey_mprotect": 380, "pkey_alloc": 381, "pkey_free": 382, "statx": 383, "arch_prctl": 384,
    "io_pgetevents": 385, "rseq": 386, "semget": 393, "semctl": 394, "shmget": 395, "shmctl": 396,
    "shmat": 397, "shmdt": 398, "msgget": 399, "msgsnd": 400, "msgrcv": 401, "msgctl": 402,
    "clock_gettime64": 403, "clock_settime64": 404, "clock_adjtime64": 405,
    "clock_getres_time64": 406, "clock_nanosleep_time64": 407, "timer_gettime64": 408,
    "timer_settime64": 409, "timerfd_gettime64": 410, "timerfd_settime64": 411,
    "utimensat_time64": 412, "pselect6_time64": 413, "ppoll_time64": 414,
    "io_pgetevents_time64": 416, "recvmmsg_time64": 417, "mq_timedsend_time64": 418,
    "mq_timedreceive_time64": 419, "semtimedop_time64": 420, "rt_sigtimedwait_time64": 421,
    "futex_time64": 422, "sched_rr_get_interval_time64": 423, "pidfd_send_signal": 424,
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "open_tree": 428,
    "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "pidfd_open": 434, "clone3": 435, "close_range": 436, "openat2": 437, "pidfd_getfd": 438,
    "faccessat2": 439, "process_madvise": 440, "epoll_pwait2": 441, "mount_setattr": 442,
    "quotactl_fd": 443, "landlock_create_ruleset": 444, "landlock_add_rule": 445,
    "landlock_restrict_self": 446, "memfd_secret": 447, "process_mrelease": 448, "futex_waitv": 449,
    "set_mempolicy_home_node": 450,
}  # fmt: skip
OWN_NUMBERS = {"check_arguments": 222}  # a number that Linux does not use


def test_system_calls_are_sorted_unique_and_those_of_linux() -> None:
    for layers in (("int80",), ("int80", "checks"), tuple({call.layer for call in EVERY_SYSCALL})):
        numbers = [call.number for call in syscalls_for(layers)]
        assert numbers == sorted(set(numbers))
    assert {call.name: call.number for call in EVERY_SYSCALL}.items() <= (
        LINUX | OWN_NUMBERS
    ).items()
    assert set(OWN_NUMBERS.values()).isdisjoint(LINUX.values())


def test_what_is_absent_deliberately_is_absent_and_said_so() -> None:
    page = (Path(__file__).parents[2] / "docs" / "linux.md").read_text(encoding="utf-8")
    assert not {call.name for call in EVERY_SYSCALL} & set(ABSENT)
    assert set(ABSENT) <= set(LINUX)
    assert [name for name in ABSENT if f"`{name}`" not in page] == []


def test_system_calls_have_a_reason_and_at_most_six_arguments() -> None:
    for call in EVERY_SYSCALL:
        assert call.reason and call.comment
        assert len(call.arguments) <= 6
        assert len(call.unpacked) == len(call.arguments)


@pytest.mark.parametrize("step", STEPS)
def test_what_another_calls_function_does_is_done_in_its_way(step: str) -> None:
    """With or without the kernel lock; a function that is no call's own is called with nothing."""
    model = model_of(step)
    for call in model.syscalls:
        assert call.is_private == model.call_entry_of[call.number].is_private
    for call in model.call_functions:
        assert call.function == call.name or call.values == ()


def test_a_call_that_another_calls_function_does_hands_over_its_arguments_and_constants() -> None:
    calls = {call.name: call for call in syscalls_for(("int80", "processes", "linux"))}
    creat = "AT_FDCWD, (const char *)regs->ebx, O_CREAT | O_WRONLY | O_TRUNC, regs->ecx"
    assert calls["creat"].dispatch == f"CALL_BY(creat, openat, {creat})"
    assert (calls["getgid"].dispatch, calls["sync"].entry) == ("CALL(zero)", "zero")


def test_system_calls_are_sorted_and_within_the_table(model: KernelModel) -> None:
    numbers = [call.number for call in model.syscalls]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == model.constant("SYSCALL_LIMIT") - 1


@pytest.mark.parametrize("step", LESSON)
def test_the_small_kernels_have_the_same_three_calls(step: str) -> None:
    assert [call.name for call in model_of(step).syscalls] == ["exit", "write", "getpid"]
    checks = [call.name for call in model_of(step, "programs.suite=checks").syscalls]
    assert checks == ["exit", "write", "getpid", "check_arguments"]


def test_programs_of_step_linux_have_the_functions_of_step_processes() -> None:
    processes, linux = model_of("processes"), model_of("linux")
    names = [call.name for call in processes.syscalls]
    assert [call.name for call in linux.program_calls] == names


@pytest.mark.parametrize("step", STEPS)
def test_the_table_that_is_shown_has_every_call_of_a_step(step: str) -> None:
    model = model_of(step)
    assert set(model.syscalls) <= set(tables(model)["syscalls"])


# ---- exceptions ----


def test_all_32_exceptions_are_there_in_order() -> None:
    assert [trap.vector for trap in traps.TRAPS] == list(range(32))


def test_error_codes_are_where_the_sdm_says() -> None:
    with_code = {trap.vector for trap in traps.TRAPS if trap.error_code}
    assert with_code == {8, 10, 11, 12, 13, 14, 17, 21, 29, 30}


def test_only_int3_and_into_may_be_raised_by_a_program() -> None:
    assert {trap.vector for trap in traps.TRAPS if trap.user_may_raise} == {3, 4}


def test_vectors_in_use_are_unique(model: KernelModel) -> None:
    vectors = [interrupt.vector for interrupt in model.interrupts] + [traps.SYSCALL_VECTOR]
    assert len(vectors) == len(set(vectors))
    assert min(vectors) >= 32 and max(vectors) < 256
    assert traps.SPURIOUS_VECTOR & 0xF == 0xF


def test_each_vector_has_one_handler(model: KernelModel) -> None:
    names = [handler.vector_name for handler in model.handlers]
    if "lesson" in model.layers and "checks" in model.layers:
        # Asked one after the other: the one of the checks first.
        assert names == ["VECTOR_UD", "VECTOR_DB", "VECTOR_DB"]
        layers = [handler.layer for handler in model.handlers]
        assert layers == ["checks-lesson", "checks-sysenter", "sysenter"]
        return
    assert len(names) == len(set(names))


def test_emergency_stack_is_for_what_can_hit_the_first_instruction() -> None:
    # An NMI may hit any instruction at all, and has an entry point of its own.
    assert {trap.vector for trap in traps.TRAPS if trap.on_emergency_stack} == {1}
    assert {trap.vector for trap in traps.TRAPS if trap.own_entry} == {2}
    per_switch = model_of("robust", "sysenter.stack=per-switch")
    assert not any(trap.on_emergency_stack for trap in per_switch.traps)
    assert model_of("robust").traps == traps.TRAPS


@pytest.mark.parametrize("step", LESSON)
def test_exceptions_of_the_small_kernels_all_begin_in_the_same_way(step: str) -> None:
    for trap in model_of(step).traps:
        assert trap.label == f"trap_{trap.vector}"
        assert not trap.on_emergency_stack


# ---- the rest ----


# Linux include/uapi/linux/auxvec.h and arch/x86/include/uapi/asm/auxvec.h
AUXV_NUMBERS = {
    "AT_PHDR": 3, "AT_PHENT": 4, "AT_PHNUM": 5, "AT_PAGESZ": 6, "AT_BASE": 7, "AT_FLAGS": 8,
    "AT_ENTRY": 9, "AT_UID": 11, "AT_EUID": 12, "AT_GID": 13, "AT_EGID": 14, "AT_PLATFORM": 15,
    "AT_HWCAP": 16, "AT_CLKTCK": 17, "AT_SECURE": 23, "AT_RANDOM": 25, "AT_EXECFN": 31,
    "AT_SYSINFO": 32,
}  # fmt: skip


@pytest.mark.parametrize(
    ("step", "names"),
    [
        ("vsyscall", {"AT_SYSINFO", "AT_PAGESZ", "AT_ENTRY"}),
        ("robust", set(AUXV_NUMBERS)),
        ("processes", set(AUXV_NUMBERS)),
        ("linux", {*AUXV_NUMBERS, "AT_SYSINFO_EHDR", "AT_MINSIGSTKSZ"}),
    ],
)
def test_auxv_is_linuxs_and_ends_with_null(step: str, names: set[str]) -> None:
    auxv = model_of(step).auxv
    assert auxv[-1].name == "AT_NULL"
    numbers = {entry.name: entry.number for entry in auxv}
    assert len(numbers) == len(auxv)
    linux = AUXV_NUMBERS | {"AT_SYSINFO_EHDR": 33, "AT_MINSIGSTKSZ": 51}
    assert numbers == {name: linux[name] for name in names} | {"AT_NULL": 0}


@pytest.mark.parametrize("step", ["int80", "sysenter"])
def test_programs_are_told_nothing_before_there_is_a_page(step: str) -> None:
    assert model_of(step).auxv == ()


def test_feature_bits_are_unique_and_sep_is_bit_11() -> None:
    assert len({feature.bit for feature in FEATURES}) == len(FEATURES)
    assert next(feature.bit for feature in FEATURES if feature.name == "sep") == 11
    assert SYSENTER_MIN_SIGNATURE == 0x633


def test_stubs_are_as_long_and_return_at_the_same_offset() -> None:
    one, other = budgets.VSYSCALL_STUBS
    assert len(one.code) == len(other.code) == 13
    for stub in (one, other):
        assert stub.code[stub.return_offset - 2 : stub.return_offset] == b"\xcd\x80"


def test_outcomes_cannot_be_taken_for_qemus_own_exit_status() -> None:
    statuses = {outcome.exit_status for outcome in outcomes.OUTCOMES}
    assert len(statuses) == len(outcomes.OUTCOMES)
    assert statuses.isdisjoint({0, 1, 2})


def test_prefixes_do_not_begin_like_each_other() -> None:
    prefixes = [value for name, value in vars(outcomes).items() if name.endswith("_PREFIX")]
    assert len(prefixes) == 4
    assert not any(a.startswith(b) for a, b in combinations(prefixes, 2))


def test_program_names_fit_struct_process_and_are_unique(model: KernelModel) -> None:
    names = [program.name for program in model.programs]
    assert names
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9_-]+", name) for name in names)
    field = next(f for f in model.layout("process").fields if f.name == "name")
    if field.c_type != "const char *":  # the small kernels have the program's own
        assert max(map(len, names)) < field.size_bytes
    assert model.program_names == tuple(names)


def test_each_row_of_the_suite_names_a_program_or_a_check(model: KernelModel) -> None:
    there = set(model.program_names)
    for entry in model.suite:
        assert bool(entry.program) != bool(entry.check), entry
        assert not entry.program or entry.program in there
        assert not re.search(r'["\\#\n]', entry.title), "it goes into a C string and a KTAP line"
    titles = [entry.title for entry in model.suite]
    assert len(titles) == len(set(titles))


def test_each_fault_must_be_killed_by_an_exception_that_there_is() -> None:
    mnemonics = {trap.mnemonic for trap in traps.TRAPS}
    assert all(fault.killed_by in mnemonics for fault in FAULTS)


def test_constants_have_one_value_each(model: KernelModel) -> None:
    names = [constant.name for group in model.constants for constant in group.constants]
    assert len(names) == len(set(names))


def test_constants_are_written_so_that_both_languages_read_their_value(model: KernelModel) -> None:
    for group in model.constants:
        assert group.title and group.source
        assert all(int(row.text, 0) == row.value < 2**32 for row in group.constants)


def test_every_table_can_be_shown(model: KernelModel) -> None:
    assert all(len(rows) > 0 for rows in tables(model).values())


def test_structures_are_shown_as_that_kernel_has_them(model: KernelModel) -> None:
    shown = {placed.field.name: placed.offset for placed in tables(model)["tss"]}
    assert (shown["esp0"], shown["iomap_base"]) == (4, 102)  # SDM 3A figure 7-2


def test_equal_configurations_give_equal_models() -> None:
    overrides = [ROBUST, "cpu.count=2", "programs.suite=checks"]
    assert build_model(load_config(None, overrides)) == build_model(load_config(None, overrides))


def test_machine_settings_do_not_change_the_kernel() -> None:
    other = load_config(None, ["machine.cpu=486", "machine.memory_mib=64", "machine.boot=kernel"])
    assert build_model(other) == build_model(load_config(None))
