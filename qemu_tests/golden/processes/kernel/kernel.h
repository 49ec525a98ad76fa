/* kernel/kernel.h: who handles what, what is shown, and the end. */
#pragma once

#include "include/structs.h"

_Noreturn __attribute__((format(printf, 1, 2))) void panic(const char *format, ...);

/* The same for an exception in ring 0: with the registers and the ESP that it had, and the calls
 * that led there. */
_Noreturn __attribute__((format(printf, 3, 4))) void
panic_at(const struct pt_regs *regs, uint32_t esp, const char *format, ...);

/* Tell the emulator how it ended (an OUTCOME_ constant); where nobody listens, stop. */
_Noreturn void machine_end(uint8_t outcome);

/* Print `eip`, unless it is 0, and the return addresses in the chain of frames from `ebp` on. */
void backtrace(uint32_t eip, uint32_t ebp);

/* An exception that nobody expected: ends the program that raised it; in ring 0 it is a panic. */
void trap_unexpected(struct pt_regs *regs, uint32_t vector);

/* The handlers of other exceptions and of interrupts; cpu/idt.c calls them. */
void page_fault(struct pt_regs *regs, uint32_t vector);
void timer_interrupt(void);
void serial_interrupt(void);
void debug_exception(struct pt_regs *regs, uint32_t vector);
void memory_fault(struct pt_regs *regs, uint32_t vector);
void clock_tick(struct pt_regs *regs);
void console_interrupt(void);

/* What the kernel prints about the machine and itself; what has no file of its own is in show.c. */
void show_machine(void);
void show_sysenter(void);
void show_vsyscall(void);
