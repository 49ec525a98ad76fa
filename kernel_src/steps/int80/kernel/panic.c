/* kernel/panic.c: the end, with an explanation. */

#include "kernel/kernel.h"

#include "dev/dev.h"
#include "include/x86.h"
#include "lib/lib.h"
#include "proc/process.h"

#define STACK_WORDS_SHOWN 24

void machine_end(uint8_t outcome)
{
    outb(OUTCOME_PORT, outcome);
    for (;;) {
        __asm__ volatile("cli\n\thlt");
    }
}

void panic(const struct pt_regs *regs, const char *format, ...)
{
    /* An exception in ring 0 pushes no ESP: its frame lies where ESP was. */
    const uint32_t *word = regs ? &regs->esp : __builtin_frame_address(0);
    char reason[120];
    va_list arguments;

    serial_fresh_line();
    va_start(arguments, format);
    format_text(reason, sizeof reason, format, arguments);
    va_end(arguments);
    print("kernel panic: %s\n", reason);
    if (regs) {
        print("# eax %08x ebx %08x ecx %08x edx %08x\n", regs->eax, regs->ebx, regs->ecx,
              regs->edx);
        print("# esi %08x edi %08x ebp %08x esp %08x\n", regs->esi, regs->edi, regs->ebp,
              (uint32_t)word);
        print("# eip %08x eflags %08x cr2 %08x cs %04x\n", regs->eip, regs->eflags, cr2_read(),
              regs->cs & 0xffff);
    }
    /* Up to the end of the stack: return addresses are among the words. */
    print("# stack:");
    for (int i = 0; i < STACK_WORDS_SHOWN && (uint32_t)(word + 1) % KERNEL_STACK_SIZE != 0; i++) {
        print(" %08x", *word++);
    }
    print("\n");
    machine_end(OUTCOME_PANIC);
}
