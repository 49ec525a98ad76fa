"""Address spaces, switches, children, pipes: what the guest checks of step `processes` find."""

from __future__ import annotations

from qemu_tests.defects.checks.defect import (
    CHECKS,
    KERNEL_GONE_ASTRAY,
    PROGRAM_GONE_ASTRAY,
    Defect,
    changed,
)
from qemu_tests.kit.kernels import Change

FORK = "proc/fork.c"


def damaged(
    name: str, changes: tuple[Change, ...], *says: str, word: str = "fail", cpus: int = 1
) -> Defect:
    """A defect of the step's checks."""
    config = (*CHECKS, f"cpu.count={cpus}")
    return Defect(name, changes, word, says, config=config, steps=("processes",))


MEMORY = (
    damaged(
        "shared pages written without a copy",
        changed(
            "mm/share.c", "return count && *count != 0;", "return count && *count == UINT16_MAX;"
        ),
        "in the child, every flag",
        word=PROGRAM_GONE_ASTRAY,
    ),
    damaged(
        "TLB not flushed after fork",
        changed("mm/space.c", "    tlb_flush(space); /* its pages have become read-only */\n", ""),
        "fork: registers|no output",
        word=PROGRAM_GONE_ASTRAY,
    ),
    damaged(
        "TLB not flushed after mprotect",
        changed(
            "mm/area.c",
            "        area = area->next;\n    }\n    tlb_flush(space);\n",
            "        area = area->next;\n    }\n",
        ),
        "pages and heap",
    ),
    damaged(
        "TLB of the other CPU not flushed",
        # Only where no frame is freed: a CPU that remembers one may write into anything.
        changed(
            "mm/area.c",
            "        area = area->next;\n    }\n    tlb_flush(space);\n",
            "        area = area->next;\n    }\n    cr3_write(cr3_read());\n",
        ),
        "one address space for two",
        cpus=2,
    ),
    damaged(
        "area not split",
        changed("mm/area.c", "if (!low || low->start >= address) {", "if (low || address) {"),
        "pages and heap",
    ),
    damaged(
        "pages stay after munmap",
        changed("mm/area.c", "        pages_free(space, area->start, area->end);\n", ""),
        "pages and heap",
    ),
    damaged(
        "mremap loses what was there",
        changed("mm/pages.c", "        *space_entry(space, at - from + to, 0) = *entry;\n", ""),
        "pages and heap",
    ),
    damaged(
        "NULL may be mapped",
        changed("sys/memory.c", "if (wanted < USER_LOWEST_ADDR) {", "if (wanted == 1) {"),
        "memory: errors",
    ),
    damaged(
        "no gap below a stack",
        changed("mm/fault.c", " ||\n        area_find(space, start - STACK_GAP) != stack", ""),
        "stacks grow",
    ),
    damaged(
        "no end of the stack",
        changed("mm/fault.c", " || start < USER_STACK_LOWEST", ""),
        "stacks grow|no output",  # then every address is in the stack: a time is read there, too
        word=PROGRAM_GONE_ASTRAY,
    ),
    damaged(
        "another one pays for the greedy one",
        changed("mm/reclaim.c", "if (pages > most) {", "if (pages > 0 * most) {"),
        "programs that take all there is",
    ),
    damaged(
        "memory of the dead kept",
        changed("proc/exit.c", "    space_put(space);\n", "    (void)space;\n"),
        "page frames in use are as many as before",
    ),
    damaged(
        "memory of a failed execve kept",
        changed(
            "proc/exec.c", "    if (error) {\n        space_put(space);\n", "    if (error) {\n"
        ),
        "page frames in use are as many as before",
    ),
    damaged(
        "a copy without its last word",
        changed("mm/fault.c", "virt(frame), PAGE_SIZE);", "virt(frame), PAGE_SIZE - 4);"),
        "all of a page is copied",
    ),
    damaged(
        "areas of other rights joined",
        changed("mm/area.c", "low->flags == high->flags && ", ""),
        "next to one that is not, too",
    ),
    damaged(
        "what may be executed not to be read",
        changed("mm/fault.c", "PROT_WRITE : AREA_PROTECTION)", "PROT_WRITE : PROT_READ)"),
        "what may be executed can be read",
    ),
    damaged(
        "the end of the heap lost by fork",
        changed("mm/space.c", "copy->brk = space->brk;", "copy->brk = space->brk_start;"),
        "a child's munmap",
    ),
    damaged(
        "a stack that mprotect makes ordinary memory",
        changed(
            "mm/area.c", "(area->flags & ~(uint32_t)AREA_PROTECTION) | protection", "protection"
        ),
        "it grows below a page that was protected",
    ),
    damaged(
        "a place that just fits not taken",
        changed("sys/memory.c", "!there || there->start >= end", "!there || there->start > end"),
        "a place that just fits",
    ),
    damaged(
        "memory behind a hole protected, too",
        changed(
            "mm/area.c",
            "            *end = start;\n            return -ENOMEM;",
            "            return -ENOMEM;",
        ),
        "up to a hole",
    ),
    damaged(
        "more than all memory by mremap",
        changed("sys/memory.c", "too_much(new_size))", "new_size == 1)"),
        "mremap: the same",
    ),
    damaged(
        "what is moved is the beginning of its file",
        changed(
            "sys/memory.c", "    target.file_page += (start - target.start) / PAGE_SIZE;\n", ""
        ),
        "when it is moved",
    ),
    damaged(
        "mremap keeps the last page",
        changed("sys/memory.c", "new_end < end && space", "new_end + PAGE_SIZE < end && space"),
        "by one",
    ),
    damaged(
        "mremap onto itself",
        changed("sys/memory.c", "(is_fixed && wanted < start +", "(!is_fixed && wanted < start +"),
        "mremap: onto itself",
    ),
    damaged(
        "the heap larger than memory",
        changed("sys/memory.c", " || too_much(new_end - old_end) ||", " ||"),
        "brk: more than all memory",
    ),
    damaged(
        "an address that is taken given again",
        changed("sys/memory.c", "is_taken = (flags & MAP_FIXED_NOREPLACE) &&", "is_taken = 0 &&"),
        "mmap2: exactly there, if nothing is",
    ),
    damaged(
        "a hole taken that is too small by a page",
        changed("mm/area.c", "high - low_end >= size) {", "high - low_end + PAGE_SIZE >= size) {"),
        "pages and heap",
    ),
    damaged(
        "the lowest hole taken",
        changed(
            "mm/area.c",
            "            best = high - size;",
            "            best = best ? best : high - size;",
        ),
        "pages and heap",
    ),
    damaged(
        "the second piece of a file is the first once more",
        changed("mm/area.c", "    high->file_page += (address - low->start) / PAGE_SIZE;\n", ""),
        "pages and heap",
    ),
    damaged(
        "any kind of mapping is private",
        changed("sys/mmap.c", "(flags & MAP_TYPE) != MAP_PRIVATE", "!(flags & MAP_TYPE)"),
        "mmap2: no kind of mapping",
    ),
)

SWITCHES = (
    damaged(
        "esp0 not set at a switch",
        changed("proc/switch.c", "    tss_set_esp0(cpu, next);\n", ""),
        word=KERNEL_GONE_ASTRAY,
    ),
    damaged(
        "x87 not switched",
        changed("proc/switch.c", "    fpu_switch(previous, next);\n", ""),
        "fork: registers",
        "interrupted all the time",
    ),
    damaged(
        "the kernel's own children without x87 registers",
        changed(
            "proc/process.c",
            "    error = error ? error : fpu_fork(process, current_process());\n",
            "",
        ),
        "interrupted all the time",
    ),
    damaged(
        "x87 not reset by execve",
        changed("proc/exec.c", "    fpu_reset(process);\n", ""),
        "execve and vfork",
    ),
    damaged(
        "nobody is interrupted",
        changed("proc/preempt.c", "        process_yield();\n", ""),
        word="hang",
    ),
    damaged(
        "idle without HLT",
        changed(
            "proc/switch.c",
            "        wait_for_interrupt();",
            '        __asm__ volatile("sti; nop; cli" ::: "memory");',
        ),
        "who waits needs no CPU",
    ),
    damaged(
        "work not looked at on the way back from a trap",
        changed("entry/return.asm", "    je   .restore\n", "    jmp  .restore\n"),
        word="hang",
    ),
    damaged(
        "x87 errors told by an interrupt line",
        changed("cpu/fpu.c", "CR0_MP | CR0_NE", "CR0_MP"),
        "exit, kill, wait4",
    ),
    damaged(
        "SIMD exceptions not to be told",
        changed("cpu/fpu.c", "(cpu_features.leaf1_edx & CPUID_SSE ? CR4_OSXMMEXCPT : 0)", "0"),
        "descriptor tables",
    ),
    damaged(
        "seconds ten times as long",
        changed("sys/process.c", "time->seconds * TIMER_HZ +", "time->seconds * TIMER_HZ * 10 +"),
        "a second is shorter",
    ),
    damaged(
        "sleeps end before their time",
        changed(
            "sys/process.c",
            "NS_PER_TICK - 1) / NS_PER_TICK + 1;",
            "NS_PER_TICK - 1) / NS_PER_TICK;",
        ),
        "in its time",
    ),
)

CHILDREN = (
    damaged(
        "EAX of the child not 0",
        changed(FORK, "    regs->eax = 0;\n", "    regs->eax = 1;\n"),
        "in the child, every flag",
        word=PROGRAM_GONE_ASTRAY,
    ),
    damaged(
        "ports not inherited",
        changed(FORK, "    error = error ? error : io_bitmap_fork(child, parent);\n", ""),
        "fork: I/O ports",
    ),
    damaged(
        "x87 not inherited",
        changed("cpu/fpu.c", "        memcpy(child->fpu, parent->fpu, STATE_BYTES);\n", ""),
        "fork: registers",
    ),
    damaged(
        "vfork does not wait",
        changed(FORK, "        vfork_wait(parent, child);\n", "        (void)vfork_wait;\n"),
        "execve and vfork",
    ),
    damaged(
        "parent not woken after vfork",
        changed("proc/exit.c", "        process_wake(parent);\n", ""),
        word="hang",
    ),
    damaged(
        "registers of the old program left by execve",
        changed(
            "proc/exec.c",
            "    *process_regs(process) = (struct pt_regs){\n",
            "    *process_regs(process) = (struct pt_regs){\n"
            "        .edi = process_regs(process)->edi,\n",
        ),
        "execve and vfork",
    ),
    damaged(
        "new program entered by SYSEXIT",
        changed("proc/exec.c", "    process->work |= WORK_FRAME; ", "    process->work |= 0; "),
        "execve and vfork",
    ),
    damaged(
        "exit status where the signal belongs",
        changed("proc/exit.c", "(exit_status & 0xff) << 8", "exit_status & 0xff"),
        "exit, kill, wait4",
    ),
    damaged(
        "sleepers not killed",
        changed("proc/signal.c", "    process_wake(process);\n", ""),
        word="hang",
    ),
    damaged(
        "children left with a parent that is gone",
        changed("proc/exit.c", "    children_leave(process);\n", "    (void)children_leave;\n"),
        "and then the kernel",
        word="hang",
    ),
    damaged(
        "single steps end with fork",
        changed(FORK, "parent->work & WORK_SINGLE_STEP", "parent->work & WORK_SINGLE_STEP & 0"),
        "a child of one that is stepped",
    ),
    damaged(
        "the second half of the ports not inherited",
        changed(
            "cpu/io_bitmap_fork.c", "parent->io_bitmap[half], PAGE", "parent->io_bitmap[0], PAGE"
        ),
        "fork: I/O ports",
    ),
    damaged(
        "vfork waits for the end of the other program",
        changed("proc/exec.c", "    vfork_done(process);\n", ""),
        "until it has another program",
    ),
    damaged(
        "wait4 for 0 waits for nobody",
        changed("sys/wait.c", "pid == -1 || pid == 0 ||", "pid == -1 ||"),
        "0 is any child, too",
    ),
    damaged(
        "wait4 waits for the oldest",
        changed("sys/wait.c", "                break;\n", "                continue;\n"),
        word="hang",
    ),
    damaged(
        "wait4 waits although it is killed",
        changed(
            "sys/wait.c", "if (signal_pending(parent)) {", "if (0 && signal_pending(parent)) {"
        ),
        "and waits no longer",
    ),
    damaged(
        "signal 0 kills",
        changed("sys/process.c", "if (signal != 0) {", "if (signal >= 0) {"),
        "exit, kill, wait4",
    ),
    damaged(
        "nanoseconds without a limit",
        changed("sys/process.c", " || time.nanoseconds >= 1000000000", ""),
        "no such time",
    ),
    damaged(
        "a single step is a bad address",
        changed("proc/signal.c", "    case VECTOR_DB:\n", ""),
        "exit, kill, wait4",
    ),
    damaged(
        "an overflow is a trap",
        changed(
            "proc/signal.c", "    case VECTOR_BP:\n", "    case VECTOR_BP:\n    case VECTOR_OF:\n"
        ),
        "#OF is SIGSEGV",
    ),
    damaged(
        "an index out of bounds is a bus error",
        changed(
            "proc/signal.c", "    case VECTOR_NP:\n", "    case VECTOR_NP:\n    case VECTOR_BR:\n"
        ),
        "#BR is SIGSEGV",
    ),
    damaged(
        "an x87 error is a bad address",
        changed("proc/signal.c", "    case VECTOR_MF:\n", ""),
        "#MF is SIGFPE",
    ),
    damaged(
        "arguments longer by a byte",
        changed("proc/strings.c", "size > STRING_BYTES_MAX ? -E2BIG : (long)size", "(long)size"),
        "execve and vfork",
    ),
    damaged(
        "arguments read across the end of a page",
        changed(
            "proc/strings.c",
            "CHUNK_BYTES - (uint32_t)(string + size) % CHUNK_BYTES,",
            "CHUNK_BYTES,",
        ),
        "an argument up to the end of memory",
    ),
    damaged(
        "a name read across the end of a page",
        changed(
            "mm/string_from_user.c",
            "CHUNK_BYTES - (uint32_t)(from + done) % CHUNK_BYTES;",
            "CHUNK_BYTES;",
        ),
        "a name up to the end of memory",
    ),
    damaged(
        "arguments larger than the stack may be",
        changed("proc/strings.c", "(USER_STACK_LIMIT_BYTES / 4)", "(USER_STACK_LIMIT_BYTES * 4)"),
        word=PROGRAM_GONE_ASTRAY,  # it becomes the other program
    ),
    damaged(
        "single steps go on in another program",
        changed("proc/exec.c", "    process->work &= WORK_SIGNAL; /*", "    /*"),
        "execve.. of one that is stepped",
    ),
    damaged(
        "the highest signal is none",
        changed(
            "sys/process.c",
            "(uint32_t)signal >= SIGNAL_LIMIT",
            "(uint32_t)signal >= SIGNAL_LIMIT - 1",
        ),
        "the highest signal",
    ),
    damaged(
        "a signal looked at before who gets it",
        changed(
            "sys/process.c",
            "    if (!process) {\n        return -ESRCH;\n    }\n",
            "",
            "    if (signal != 0) {\n",
            "    if (!process) {\n        return -ESRCH;\n    }\n    if (signal != 0) {\n",
        ),
        "nobody, by no such signal",
    ),
)

PIPES = (
    damaged(
        "wake-up lost when there is something to read",
        changed(
            "fs/pipe.c",
            "        done += (uint32_t)part;\n        change(pipe);\n",
            "        done += (uint32_t)part;\n",
        ),
        word="hang",
    ),
    damaged(
        "wake-up lost by a reader that faults",
        changed(
            "fs/pipe.c",
            "            break;\n        }\n        pipe->tail",
            "            return done ? (long)done : -EFAULT;\n        }\n        pipe->tail",
        ),
        word="hang",
    ),
    damaged(
        "no SIGPIPE",
        changed("fs/pipe.c", "        signal_send(current_process(), SIGPIPE);\n", ""),
        "pipes and file descriptors",
    ),
    damaged(
        "short writes mixed",
        changed("fs/pipe.c", "room = size <= PIPE_BUF ? size : 1;", "room = 1;"),
        "pipes and file descriptors",
    ),
    damaged(
        "numbers of a failed pipe() lost",
        changed("sys/io.c", "numbers[i] < 0 || file_close(numbers[i]) != 0", "numbers[i] < 0"),
        "pipes and file descriptors",
    ),
    damaged(
        "a page of a pipe dropped that is in use again",
        changed("fs/pipe.c", "if (pipe->head - page_down(at) <= PIPE_BYTES) {", "if (at || !at) {"),
        "a lap ahead",
    ),
    damaged(
        "the longest whole write mixed",
        changed("fs/pipe.c", "size <= PIPE_BUF ? size : 1", "size < PIPE_BUF ? size : 1"),
        "neither is inside the other",
    ),
    damaged(
        "what was written forgotten for an error behind it",
        changed(
            "fs/pipe.c", "            return done ? (long)done : part;", "            return part;"
        ),
        "from memory that ends",
    ),
    damaged(
        "the last of a queue lost",
        changed("proc/sleep.c", "        queue->last = before;\n", ""),
        word="hang",
    ),
    damaged(
        "more numbers than a process has room for",
        changed("fs/file.c", "fd < files_max(); fd++", "fd < files_max() + 8; fd++"),
        "the highest number is one that there is",
    ),
    damaged(
        "dup takes a number above its own",
        changed("sys/io.c", "file_install(file, 0) : -EBADF", "file_install(file, fd) : -EBADF"),
        "and is the lowest",
    ),
    damaged(
        "nothing written is an error where nobody reads",
        changed("fs/pipe.c", "    while (done < size) {\n        long", "    do {\n        long")
        + changed(
            "fs/pipe.c",
            "        change(pipe);\n    }\n    return (long)done;\n}\n\nstatic",
            "        change(pipe);\n    } while (done < size);\n"
            "    return (long)done;\n}\n\nstatic",
        ),
        "pipes and file descriptors",
        "killed by signal 13",
    ),
    damaged(
        "a file goes while a call uses it",
        changed(
            "sys/io.c",
            "    file_get(file);\n    long",
            "    long",
            "    file_put(file);\n    return result;",
            "    return result;",
        ),
        word=KERNEL_GONE_ASTRAY,
    ),
)

MULTITASKING = (*MEMORY, *SWITCHES, *CHILDREN, *PIPES)
