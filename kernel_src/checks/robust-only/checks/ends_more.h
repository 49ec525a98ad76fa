/* checks/ends_more.h: what checks/ends.c sees in larger kernels only. */
#pragma once

#include "checks/run.h"
#include "dev/dev.h"
#include "include/x86.h"
#include "kernel/kernel.h"
#include "kernel/suite.h"
#include "lib/ktap.h"
#include "mm/mm.h"
#include "proc/process.h"

#define ENDS_MORE (4 + 1 + 1 + 1)
#define UART_LINES_ON 0x0b /* DTR, RTS, OUT2, which lets the interrupt line through */
#define UART_LOOP 0x10
#define TYPED 264 /* more than the kernel keeps: the rest waits in the UART */
#define UART_DATA 0x3f8
#define UART_MODEM_CONTROL 0x3fc
#define UART_INTERRUPTS 1 /* for what is received */

/* The last that has come to COM1: the interrupt may have been let in, or not. */
static inline uint8_t received(void)
{
    int last = -1;

    for (int c = serial_read(); c >= 0; c = serial_read()) {
        last = c;
    }
    return last >= 0 ? (uint8_t)last : inb(UART_DATA);
}

/* A program's memory, as the kernel sees it. */
static inline const uint32_t *word_of(const struct process *process, uint32_t address)
{
    uint32_t frame = *page_entry(process->page_directory, address) & ENTRY_FRAME;

    return (const uint32_t *)((const uint8_t *)phys_to_virt(frame) + address % PAGE_SIZE);
}

/* What AT_RANDOM points to: the auxiliary vector lies behind the arguments and the environment. */
static inline const uint32_t *random_of(const struct process *process)
{
    const uint32_t *word = word_of(process, process->start_esp);

    word += 1 + *word + 1;
    while (*word++) {
    }
    while (*word != AT_RANDOM) {
        word += 2;
    }
    return word_of(process, word[1]);
}

static inline void check_random(void)
{
    struct process *first = check_start("one-call"), *second = check_start("one-call");
    uint32_t alike = 0;

    for (uint32_t i = 0; first && second && i < 4; i++) {
        alike += random_of(first)[i] == random_of(second)[i];
    }
    ktap_equal("words that are the same behind AT_RANDOM of two processes", alike, 0);
    check_end(first);
    check_end(second);
}

static inline void check_typed(void)
{
    uint8_t control = inb(UART_MODEM_CONTROL);
    uint32_t wrong = 0;

    ktap_equal("DTR, RTS and OUT2 are on", control, UART_LINES_ON);
    serial_drain();
    while (serial_read() >= 0) { /* what another check has left */
    }
    outb(UART_MODEM_CONTROL, control | UART_LOOP);
    for (uint32_t i = 0; i < TYPED; i++) {
        outb(UART_DATA, (uint8_t)(i % 251));
        serial_drain();
        serial_interrupt();
    }
    outb(UART_MODEM_CONTROL, control);
    for (uint32_t i = 0; i < TYPED; i++) {
        wrong += serial_read() != (int)(i % 251);
    }
    ktap_equal("characters that are lost when more come than are read", wrong, 0);
}

/* What does not load leaves nothing behind; what does is called after its program. */
static inline void ends_more(void)
{
    check_random();
    check_typed();
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
