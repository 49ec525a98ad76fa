/* kernel/main.c: the boot sequence, in order. */

#include "boot/multiboot.h"
#include "cpu/cpu.h"
#include "cpu/fpu.h"
#include "cpu/io_bitmap.h"
#include "cpu/sysenter.h"
#include "dev/clock.h"
#include "dev/dev.h"
#include "entry/vsyscall.h"
#include "fs/inode.h"
#include "include/kernel_lock.h"
#include "kernel/init.h"
#include "kernel/kernel.h"
#include "kernel/suite.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "proc/process.h"

_Noreturn void kernel_main(uint32_t magic, uint32_t info_addr); /* called by boot/start.asm */

struct cpu cpus[CPU_COUNT];

/* The line that every log of this kernel begins with. A second one: the machine was reset. */
static void banner(void)
{
    print("tinygate kernel: step linux, 1 cpu, config dcb474459183\n");
}

/* What each CPU does for itself. It runs on the kernel stack of what becomes its idle process. */
void cpu_init(struct cpu *cpu)
{
    struct process *idle = current_process();

    idle->cpu = cpu;
    idle->state = PROCESS_IDLE;
    idle->page_directory = kernel_page_directory;
    cpu->idle = idle;
    /* Its own GDT, because the TSS in it is its own. */
    gdt_init(cpu);
    /* Where the CPU finds the kernel stack when ring 3 is interrupted. */
    tss_init(cpu);
    /* Every port denied, until a program asks. */
    io_bitmap_init(cpu);
    /* Where exceptions, interrupts and int 0x80 go. */
    idt_load();
    /* Read-only means read-only in ring 0 too; no x87 for programs. */
    control_init();
    /* But for programs that are switched with it. */
    fpu_init();
    /* The three MSRs: the fast way in. */
    sysenter_init(cpu);
}

_Noreturn void kernel_main(uint32_t magic, uint32_t info_addr)
{
    const struct multiboot_info *info = phys_to_virt(info_addr);

    /* First, so that everything after it can say what went wrong. */
    serial_init();
    banner();
    if (magic != MULTIBOOT_BOOTLOADER_MAGIC) {
        panic("started by something that is not a Multiboot loader: EAX is 0x%08x", magic);
    }
    /* What the CPU can do decides much of what follows. */
    cpu_identify();
    /* From here on an exception is reported instead of a reset. */
    cpu_init(&cpus[0]);
    /* The page tables below are made of free page frames. */
    frames_init(info);
    /* All of memory for the kernel, its text read-only, address 0 gone. */
    paging_init();
    /* The stub that suits this CPU goes into the page. */
    vsyscall_init();
    /* Interrupt lines away from the vectors of the exceptions. */
    pic_init();
    /* The clock: a counter of interrupts. */
    timer_init();
    /* The time of day, and how fast the time stamp counter runs. */
    clock_init();
    /* Typed characters arrive by interrupt. */
    serial_enable_input();
    /* What a reader wants to see. */
    show_machine();
    /* From here on several CPUs may be in the kernel, one at a time. */
    kernel_lock_acquire();
    /* The root directory. */
    inode_init();
    /* If there is an initial RAM disk, its /init; comes back if there is none. */
    init_run(info);
    /* Without one, the programs inside the kernel become files. */
    program_files_make();
    /* The programs; comes back when the last has ended. */
    suite_run();
    machine_end(OUTCOME_FINISHED);
}
