/* checks/ends_more.h: what checks/ends.c sees in the small kernels only. */
#pragma once

#include "checks/run.h"
#include "include/x86.h"
#include "kernel/suite.h"
#include "lib/ktap.h"
#include "mm/mm.h"
#include "proc/process.h"

#define ENDS_MORE (2 + 2 + 1)
#define UART_INTERRUPTS 0

/* checks/handler_flags.c: EFLAGS as the handler of the last #UD had them. */
extern uint32_t check_handler_flags;

/* A program that does not load leaves nothing behind. */
static inline void check_no_program(void)
{
    static const char text[64] = "not an ELF file";
    const struct program program = {"no-program", text, sizeof text};
    uint32_t before = frames_used;

    ktap_true("what is no program is no process", process_create(&program) == NULL);
    ktap_equal("and leaves no frame", frames_used, before);
}

/* Processes that are made here and never run. */
static inline void check_pids(void)
{
    struct process *first = check_start("one-call"), *second = check_start("one-call");

    ktap_true("pids are counted",
              first && second && first->pid > 1 && second->pid == first->pid + 1);
    const struct pt_regs *regs = (const struct pt_regs *)first - 1;
    ktap_equal("a new process has no number of a call, and no fs and gs",
               first ? regs->orig_eax | regs->fs | regs->gs : 1, 0);
    if (first) {
        process_destroy(first);
    }
    if (second) {
        process_destroy(second);
    }
}

/* What has come to COM1. */
static inline uint8_t received(void)
{
    return inb(0x3f8);
}

/* The program has DF and NT set. Its gate clears NT, and lets no interrupt in. */
static inline void check_handler(void)
{
    struct process *process = check_start("all-registers");

    if (process) {
        check_end(process);
    }
    ktap_equal("DF, NT, TF and IF in the handler of an exception",
               check_handler_flags & (EFLAGS_DF | EFLAGS_NT | EFLAGS_TF | EFLAGS_IF), 0);
}

static inline void ends_more(void)
{
    check_handler();
    check_pids();
    check_no_program();
}
