/* cpu/tls.c: thread-local storage: the segments behind a thread's FS and GS.
 *
 * A C library finds what belongs to the running thread at a fixed distance from the base of a
 * segment: in musl and glibc also the address of __kernel_vsyscall, at GS:0x10. The GDT has three
 * entries for that, 6 to 8. They change with every switch; the segment registers are loaded again
 * behind that, in context_switch().
 */

#include "cpu/tls.h"

#include "lib/lib.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "sys/calls.h"

#define ACCESS_DATA 0xf1u /* present, DPL 3, data, accessed: so that the CPU need not write it */
#define ACCESS_WRITABLE 0x02u

void tls_switch(struct cpu *cpu, const struct process *process)
{
    for (uint32_t i = 0; i < TLS_ENTRIES; i++) {
        cpu->gdt[TLS_FIRST + i] = process->tls[i];
    }
}

void tls_reset(struct process *process)
{
    memset(process->tls, 0, sizeof process->tls);
    if (process == current_process()) {
        tls_switch(process->cpu, process);
    }
}

int tls_fork(struct process *child, const struct process *parent)
{
    memcpy(child->tls, parent->tls, sizeof child->tls);
    return 0;
}

/* What a program says to give an entry up: all zeros, or as here. */
static int is_empty(const struct user_desc *desc)
{
    int zeros = !desc->read_exec_only && !desc->seg_not_present;
    int marked = desc->read_exec_only && desc->seg_not_present;

    return desc->base_addr == 0 && desc->limit == 0 && desc->contents == 0 && !desc->seg_32bit &&
           !desc->limit_in_pages && !desc->useable && (zeros || marked);
}

/* No code segments, none that grow downwards, none of 16 bits. */
static int is_allowed(const struct user_desc *desc)
{
    return is_empty(desc) || (desc->seg_32bit && desc->contents == 0 && !desc->seg_not_present);
}

/* SDM 3A 3.4.5. */
static uint64_t descriptor_of(const struct user_desc *desc)
{
    uint32_t access = ACCESS_DATA | (desc->read_exec_only ? 0 : ACCESS_WRITABLE);
    uint32_t low = desc->base_addr << 16 | (desc->limit & 0xffff);
    uint32_t high = (desc->base_addr & 0xff000000) | desc->limit_in_pages << 23 |
                    desc->seg_32bit << 22 | desc->useable << 20 | (desc->limit & 0xf0000) |
                    access << 8 | (desc->base_addr >> 16 & 0xff);

    return is_empty(desc) ? 0 : (uint64_t)high << 32 | low;
}

static uint32_t free_entry(const struct process *process)
{
    uint32_t i = 0;

    while (i < TLS_ENTRIES && process->tls[i] != 0) {
        i++;
    }
    return TLS_FIRST + i;
}

int tls_set(struct process *process, struct user_desc *user, int may_choose)
{
    struct user_desc desc;

    if (copy_from_user(&desc, user, sizeof desc) != 0) {
        return -EFAULT;
    }
    if (!is_allowed(&desc)) {
        return -EINVAL;
    }
    if (desc.entry_number == UINT32_MAX && may_choose) {
        desc.entry_number = free_entry(process);
        if (desc.entry_number == TLS_FIRST + TLS_ENTRIES) {
            return -ESRCH;
        }
        if (copy_to_user(&user->entry_number, &desc.entry_number, sizeof(uint32_t)) != 0) {
            return -EFAULT;
        }
    }
    if (desc.entry_number < TLS_FIRST || desc.entry_number >= TLS_FIRST + TLS_ENTRIES) {
        return -EINVAL;
    }
    process->tls[desc.entry_number - TLS_FIRST] = descriptor_of(&desc);
    if (process == current_process()) {
        tls_switch(process->cpu, process);
        process->work |= WORK_FRAME; /* if SS names the entry, only one IRET can be let fail */
    }
    return 0;
}

long sys_set_thread_area(struct user_desc *user)
{
    return tls_set(current_process(), user, 1);
}

long sys_get_thread_area(struct user_desc *user)
{
    uint32_t number;

    if (copy_from_user(&number, &user->entry_number, sizeof number) != 0) {
        return -EFAULT;
    }
    if (number < TLS_FIRST || number >= TLS_FIRST + TLS_ENTRIES) {
        return -EINVAL;
    }
    uint64_t descriptor = current_process()->tls[number - TLS_FIRST];
    uint32_t low = (uint32_t)descriptor, high = (uint32_t)(descriptor >> 32);
    const struct user_desc desc = {
        .entry_number = number,
        .base_addr = low >> 16 | (high & 0xff) << 16 | (high & 0xff000000),
        .limit = (low & 0xffff) | (high & 0xf0000),
        .seg_32bit = high >> 22 & 1,
        .read_exec_only = (high >> 9 & 1) ^ 1,
        .limit_in_pages = high >> 23 & 1,
        .seg_not_present = (high >> 15 & 1) ^ 1,
        .useable = high >> 20 & 1,
    };
    return copy_to_user(user, &desc, sizeof desc);
}
