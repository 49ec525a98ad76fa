/* kernel/show_gdt.c: the Global Descriptor Table of the first CPU, as the CPU sees it. */

#include "cpu/cpu.h"
#include "kernel/show.h"
#include "lib/print.h"

static const struct {
    uint32_t selector;
    const char *text;
} entries[] = {
    {SEL_KERNEL_CODE, "kernel code"},
    {SEL_KERNEL_DATA, "kernel data"},
    {SEL_USER_CODE, "user code"},
    {SEL_USER_DATA, "user data"},
    {SEL_TSS, "tss"},
    {SEL_DOUBLE_FAULT_TSS, "double fault tss"},
};

void show_gdt(void)
{
    print("# gdt: selector  descriptor\n");
    for (uint32_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        uint64_t descriptor = cpus[0].gdt[entries[i].selector / 8];
        print("#      0x%02x      %08x%08x  %s\n", entries[i].selector,
              (uint32_t)(descriptor >> 32), (uint32_t)descriptor, entries[i].text);
    }
}
