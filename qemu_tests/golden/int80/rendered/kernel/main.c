/* kernel/main.c: the boot sequence, in order. */

#include "cpu/cpu.h"
#include "dev/dev.h"
#include "kernel/kernel.h"
#include "kernel/suite.h"
#include "lib/lib.h"
#include "mm/mm.h"

_Noreturn void kernel_main(uint32_t magic, uint32_t info_addr); /* called by boot/start.asm */

_Noreturn void kernel_main(uint32_t magic, uint32_t info_addr)
{
    /* Multiboot specification 3.3: flags, KiB below 1 MiB, KiB from 1 MiB to the first hole. */
    const uint32_t *info = phys_to_virt(info_addr);

    /* First, so that everything after it can say what went wrong. */
    serial_init();
    print("tinygate kernel: step int80, 1 cpu, config 9a5000dad461\n");
    if (magic != MULTIBOOT_BOOTLOADER_MAGIC || (info[0] & MULTIBOOT_INFO_MEMORY) == 0) {
        panic(NULL, "no Multiboot loader that tells the size of memory: EAX is 0x%08x", magic);
    }
    /* Where the CPU finds the kernel stack when ring 3 is interrupted. */
    tss_init();
    /* Where exceptions and int 0x80 go: from here on they are reported instead of a reset. */
    idt_init();
    /* Whatever follows is made of free page frames. */
    frames_init(info[2]);
    /* The kernel's text read-only, address 0 gone. */
    paging_init();
    /* The programs; comes back when the last has ended. */
    suite_run();
    machine_end(OUTCOME_FINISHED);
}
