/* dev/host_tell.c: what has happened to the running process, told to the host.
 *
 * The host sees the machine's memory, and follows the program's pointers itself, through its page
 * tables. So that nothing changes meanwhile the kernel waits until it has.
 */

#include "dev/host_tell.h"

#include "dev/host.h"
#include "include/lock.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "proc/process.h"

static struct lock lock;

void host_tell(uint32_t moment, const struct host_trace *told)
{
    const struct process *process = current_process();
    struct host_trace *trace = &host_area.trace;

    lock_acquire(&lock);
    *trace = *told;
    trace->pid = (uint32_t)process->pid;
    trace->directory = virt_to_phys(process->page_directory);
    __atomic_store_n(&trace->moment, moment, __ATOMIC_RELEASE);
    host_ring();
    while (__atomic_load_n(&trace->moment, __ATOMIC_ACQUIRE) != HOST_TRACE_NONE) {
        __asm__ volatile("pause");
    }
    lock_release(&lock);
}

/* Of SIGILL: who is ended by it says nothing himself, and seldom means it. It may have been sent,
 * and is then no exception. */
void host_tell_death(int signal)
{
    struct process *process = current_process();
    struct host_trace told = {.number = (uint32_t)NOT_KILLED};

    if (signal != SIGILL) {
        return;
    }
    if (process->forced == SIGILL) {
        told.number = process->trap_vector;
    }
    told.arguments[0] = process_regs(process)->eip;
    memcpy(&told.arguments[1], process->name, sizeof process->name);
    host_tell(HOST_TRACE_ILLEGAL, &told);
}
