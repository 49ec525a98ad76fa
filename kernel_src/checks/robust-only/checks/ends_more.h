/* checks/ends_more.h: what checks/ends.c sees in larger kernels only. */
#pragma once

#include "checks/run.h"
#include "dev/dev.h"
#include "include/x86.h"
#include "kernel/suite.h"
#include "lib/ktap.h"
#include "mm/mm.h"
#include "proc/process.h"

#define ENDS_MORE 4

/* What has come to COM1: the interrupt may have been let in, or not. */
static inline uint8_t received(void)
{
    int c = serial_read();

    return c >= 0 ? (uint8_t)c : inb(0x3f8);
}

/* What does not load leaves nothing behind; what does is called after its program. */
static inline void ends_more(void)
{
    static const char text[64] = "not an ELF file";
    const struct program program = {"no-program", text, sizeof text};
    struct process *process = check_start("one-call");
    uint32_t before = frames_used;
    struct process *none = NULL;

    ktap_equal("what is no program is no process", (uint32_t)process_create(&program, &none),
               (uint32_t)-ENOEXEC);
    ktap_equal("and leaves no frame", frames_used, before);
    ktap_true("a process has its program's name",
              process && program_find(process->name) == program_find("one-call"));
    ktap_equal("and ends", process ? (uint32_t)check_end(process) : 0, (uint32_t)-1);
}
