/* proc/process.c: processes: made and ended. */

#include "proc/process.h"

#include "cpu/io_bitmap.h"
#include "kernel/suite.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "proc/elf.h"

extern void process_first_return(void);

static int32_t last_pid;

/* What context_switch() pops for a process that has never run, from the lowest address up. */
struct first_context {
    uint32_t gs, fs, edi, esi, ebx, ebp;
    uint32_t return_address;
};

static int stack_map(struct process *process, const char *name, const struct elf_image *image)
{
    void *top_page = NULL;

    for (uint32_t i = 1; i <= USER_STACK_PAGES; i++) {
        uint32_t frame = frame_alloc();
        if (frame == 0) {
            return -ENOMEM;
        }
        if (page_map(process->page_directory, USER_TOP - i * PAGE_SIZE, frame,
                     PAGE_WRITE | PAGE_USER) != 0) {
            frame_free(frame);
            return -ENOMEM;
        }
        if (i == 1) {
            top_page = phys_to_virt(frame);
        }
    }
    process->start_eip = image->entry_addr;
    process->start_esp = start_stack_build(process, name, image, top_page);
    return 0;
}

/* The frame that process_first_return will give to IRET, below it what context_switch() pops. */
static void first_frame_build(struct process *process)
{
    struct pt_regs *regs = process_regs(process);
    struct first_context *context = (struct first_context *)regs - 1;

    /* All general registers are 0: a program must not see what was in memory before. */
    *regs = (struct pt_regs){
        .ds = SEL_USER_DATA,
        .es = SEL_USER_DATA,
        .eip = process->start_eip,
        .cs = SEL_USER_CODE,
        .eflags = EFLAGS_IF | EFLAGS_ALWAYS_1,
        .esp = process->start_esp,
        .ss = SEL_USER_DATA,
    };
    *context = (struct first_context){.return_address = (uint32_t)process_first_return};
    process->context_esp = (uint32_t)context;
}

static int program_load(struct process *process, const struct program *program)
{
    struct elf_image image;

    process->page_directory = address_space_create();
    if (!process->page_directory) {
        return -ENOMEM;
    }
    int error = elf_load(process->page_directory, program->elf, program->size, &image);
    return error ? error : stack_map(process, program->name, &image);
}

int process_create(const struct program *program, struct process **created)
{
    struct process *process = kernel_stack_alloc();

    if (!process) {
        return -ENOMEM;
    }
    process->pid = ++last_pid;
    for (size_t i = 0; i < sizeof process->name - 1 && program->name[i]; i++) {
        process->name[i] = program->name[i];
    }
    int error = program_load(process, program);
    if (error) {
        process_destroy(process);
        return error;
    }
    first_frame_build(process);
    *created = process;
    queue_push(process);
    return 0;
}

void process_destroy(struct process *process)
{
    /* If it ever asked for ports. */
    io_bitmap_free(process);
    if (process->page_directory) {
        address_space_destroy(process->page_directory);
    }
    kernel_stack_free(process);
}

void process_end(int32_t exit_status, int32_t killed_by)
{
    struct process *process = current_process();

    process->exit_status = exit_status;
    process->killed_by = killed_by;
    process->state = PROCESS_ENDING;
    switch_to(process->cpu->idle);
    __builtin_unreachable(); /* nobody switches to a process that is ending */
}
