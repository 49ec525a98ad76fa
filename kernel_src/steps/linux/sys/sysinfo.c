/* sys/sysinfo.c: how much memory there is, and how much is free: sysinfo(2). */

#include "dev/dev.h"
#include "mm/mm.h"
#include "proc/kernel_stack.h"
#include "proc/process.h"
#include "sys/calls.h"

/* Linux include/uapi/linux/sysinfo.h. */
struct sysinfo {
    uint32_t uptime; /* seconds */
    uint32_t loads[3];
    uint32_t total, free, shared, buffers; /* in pieces of `unit` bytes */
    uint32_t total_swap, free_swap;
    uint16_t processes, unused;
    uint32_t total_high, free_high;
    uint32_t unit;
    uint8_t unused_end[8];
};

_Static_assert(sizeof(struct sysinfo) == 64, "as Linux");

long sys_sysinfo(struct sysinfo *to)
{
    struct sysinfo info = {
        .uptime = timer_ticks / TIMER_HZ,
        .total = frames_total * PAGE_SIZE,
        .free = frames_left() * PAGE_SIZE,
        .unit = 1,
    };

    for (const struct process *p = process_next(NULL); p; p = process_next(p)) {
        info.processes++;
    }
    return copy_to_user(to, &info, sizeof info);
}
