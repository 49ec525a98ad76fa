/* proc/process.c: processes: made, switched, ended. */

#include "proc/process.h"

#include "cpu/cpu.h"
#include "include/x86.h"
#include "kernel/kernel.h"
#include "kernel/suite.h"
#include "mm/mm.h"
#include "proc/elf.h"

/* proc/context_switch.asm */
extern void context_switch(struct process *previous, struct process *next);
extern void context_begin(struct process *process, uint32_t eip, uint32_t esp);

static int32_t last_pid;

/* The lowest word of the kernel stack: it changes if the stack runs over. */
static uint32_t *canary_of(struct process *process)
{
    return (uint32_t *)(process + 1) - KERNEL_STACK_SIZE / sizeof(uint32_t);
}

struct process *process_create(const struct program *program)
{
    uint32_t *directory = address_space_create();
    uint32_t entry_addr = elf_load(directory, program->elf, program->size);

    if (entry_addr == 0) {
        address_space_destroy(directory);
        return NULL;
    }
    uint32_t stack = frame_alloc();
    uint8_t *kernel_stack = phys_to_virt(frame_alloc());
    struct process *process = (struct process *)(kernel_stack + KERNEL_STACK_SIZE) - 1;

    page_map(directory, USER_TOP - PAGE_SIZE, stack, PAGE_WRITE | PAGE_USER);
    *process = (struct process){
        .page_directory = directory,
        .parent = current_process(),
        .name = program->name,
        .pid = ++last_pid,
    };
    *canary_of(process) = STACK_CANARY;
    context_begin(process, entry_addr, USER_TOP);
    return process;
}

void process_destroy(struct process *process)
{
    address_space_destroy(process->page_directory);
    frame_free(virt_to_phys(canary_of(process)));
}

void switch_to(struct process *next)
{
    struct process *previous = current_process();

    if (*canary_of(previous) != STACK_CANARY) {
        panic(NULL, "the kernel stack of process %d ran over", previous->pid);
    }
    cr3_write(virt_to_phys(next->page_directory));
    /* Where int 0x80 and every exception begin. */
    tss.esp0 = (uint32_t)next;
    context_switch(previous, next);
}

void process_end(int32_t exit_status, int32_t killed_by)
{
    struct process *process = current_process();

    process->exit_status = exit_status;
    process->killed_by = killed_by;
    switch_to(process->parent);
    __builtin_unreachable(); /* nobody switches to a process that has ended */
}
