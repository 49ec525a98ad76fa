/* kernel/panic.c: the end, with an explanation. */

#include "kernel/kernel.h"

#include "dev/dev.h"
#include "include/x86.h"
#include "lib/lib.h"

void machine_end(uint8_t outcome)
{
    serial_drain();
    outb(OUTCOME_PORT, outcome);
    halt_forever();
}

static void print_reason(const char *format, va_list arguments)
{
    char reason[120];

    serial_break_lock();
    serial_fresh_line();
    format_text(reason, sizeof reason, format, arguments);
    print("kernel panic: %s\n", reason);
}

void panic(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_reason(format, arguments);
    va_end(arguments);
    backtrace(0, (uint32_t)__builtin_frame_address(0));
    machine_end(OUTCOME_PANIC);
}

void panic_at(const struct pt_regs *regs, uint32_t esp, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_reason(format, arguments);
    va_end(arguments);
    print("# eax %08x ebx %08x ecx %08x edx %08x\n", regs->eax, regs->ebx, regs->ecx, regs->edx);
    print("# esi %08x edi %08x ebp %08x esp %08x\n", regs->esi, regs->edi, regs->ebp, esp);
    print("# eip %08x eflags %08x cr2 %08x cr3 %08x\n", regs->eip, regs->eflags, cr2_read(),
          cr3_read());
    print("# cs %04x ds %04x es %04x fs %04x gs %04x\n", regs->cs & 0xffff, regs->ds & 0xffff,
          regs->es & 0xffff, regs->fs & 0xffff, regs->gs & 0xffff);
    backtrace(regs->eip, regs->ebp);
    machine_end(OUTCOME_PANIC);
}
