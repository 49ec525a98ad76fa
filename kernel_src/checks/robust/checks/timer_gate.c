/* checks/timer_gate.c: did an interrupt land on the very instruction that SYSEXIT went to? */

#include "checks/timer.h"

#include "include/structs.h"
#include "cpu/cpuid.h"
#include "mm/mm.h"

/* Before it stands SYSENTER, or SYSENTER and the `int 0x80` for calls that are made again. */
int landed_after_gate(const struct pt_regs *regs)
{
    uint8_t code[4];

    if (copy_from_user(code, (const void *)(regs->eip - sizeof code), sizeof code) != 0) {
        uint32_t in_page = regs->eip - sizeof code;
        if (in_page < VSYSCALL_ADDR ||
            copy_or_fault(code, (const void *)in_page, sizeof code) != 0) {
            return 0;
        }
    }
    return (code[2] == 0x0f && code[3] == 0x34) ||
           (code[0] == 0x0f && code[1] == 0x34 && code[2] == 0xcd && code[3] == 0x80);
}

int landings_after_gate_expected(void)
{
    return sysenter_usable(&cpu_features);
}
