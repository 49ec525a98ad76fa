/* proc/exec.c: another program in a process.
 *
 * The new address space is made beside the old one, which is given up only when nothing can go
 * wrong any more: a program whose execve() fails goes on as if nothing had been.
 */

#include "cpu/fpu.h"
#include "cpu/tls.h"
#include "entry/vsyscall.h"
#include "fs/file.h"
#include "include/x86.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/elf.h"
#include "proc/process.h"
#include "proc/signals.h"
#include "proc/start_stack.h"

/* The last part of its path, cut off. */
static void set_name(struct process *process, const char *path)
{
    size_t length = 0;

    for (; *path != '\0'; path++) {
        if (*path == '/') {
            length = 0;
        } else if (length < sizeof process->name - 1) {
            process->name[length++] = *path;
        }
    }
    process->name[length] = '\0';
}

/* From here on it is another program. The old address space may be in use by this CPU. */
static void space_replace(struct process *process, struct space *space)
{
    struct space *old = process->space;

    process->space = space;
    process->page_directory = space->directory;
    if (process == current_process()) {
        cr3_write(virt_to_phys(space->directory));
    }
    if (old) {
        space_put(old);
    }
}

static void segments_reset(void)
{
    __asm__ volatile("movl %0, %%fs\n\tmovl %0, %%gs" : : "r"(0));
}

/* All general registers are 0: a program must not see what was in memory before. */
static void registers_reset(struct process *process, uint32_t eip, uint32_t esp)
{
    *process_regs(process) = (struct pt_regs){
        .ds = SEL_USER_DATA,
        .es = SEL_USER_DATA,
        .eip = eip,
        .cs = SEL_USER_CODE,
        .eflags = EFLAGS_IF | EFLAGS_ALWAYS_1,
        .esp = esp,
        .ss = SEL_USER_DATA,
    };
    process->work &= WORK_SIGNAL; /* what else there was to do was for the old program */
    process->work |= WORK_FRAME;  /* SYSEXIT would not load all of them */
    if (process == current_process()) {
        segments_reset();
    }
}

static int space_fill(struct space *space, struct inode *inode, const char *name,
                      const struct exec_strings *strings, struct elf_image *image,
                      uint32_t *stack_addr)
{
    struct start_stack stack = {.space = space};
    int error = start_stack_strings(&stack, name, strings);

    error = error ? error : elf_load(space, inode, image);
    /* Its way into the kernel. */
    error = error ? error : vsyscall_map(space);
    error = error ? error : start_stack_finish(&stack, image);
    *stack_addr = stack.address;
    return error;
}

int process_exec(struct process *process, struct inode *inode, const char *name,
                 const struct exec_strings *strings)
{
    struct elf_image image;
    uint32_t stack_addr;
    struct space *space = space_create();

    if (!space) {
        return -ENOMEM;
    }
    int error = space_fill(space, inode, name, strings, &image, &stack_addr);
    /* The other threads end with the old program. */
    error = error ? error : group_only_me(process);
    /* What it closes stays open for those who share its files. */
    error = error ? error : files_unshare(process);
    if (error) {
        space_put(space);
        return error;
    }
    set_name(process, name);
    space_replace(process, space);
    /* Where SYSENTER comes back. */
    vsyscall_use(process);
    /* The parent's memory is its own again. */
    vfork_done(process);
    /* What the old one did not want to hand on. */
    files_close_on_exec(process->files);
    /* The x87 and SSE registers. */
    fpu_reset(process);
    /* No TLS entries. */
    tls_reset(process);
    /* The old one's handlers are gone. */
    signals_exec(process);
    registers_reset(process, image.entry_addr, stack_addr);
    return 0;
}
