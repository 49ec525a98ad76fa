/* sys/check_arguments.c: the system call that only the test programs use. */

#include "sys/check_arguments.h"

#include "checks/cpu_note.h"
#include "checks/process_count.h"
#include "checks/smap.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "sys/calls.h"

static uint32_t turns(void)
{
    static uint32_t count;
    static int32_t last_pid;
    int32_t pid = current_process()->pid;

    count += pid != last_pid;
    last_pid = pid;
    return count;
}

long sys_check_arguments(uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e, uint32_t f)
{
    switch (a) {
    case CHECK_ASK_FLAGS:
        return (long)check_flags_now();
    case CHECK_ASK_TURNS:
        return (long)turns();
    case CHECK_ASK_SELECTORS:
        return (long)check_selectors_now();
    case CHECK_ASK_CPU:
        cpu_note();
        return (long)this_cpu()->index;
    case CHECK_ASK_FRAMES:
        return (long)frames_used;
    case CHECK_ASK_ALL_FRAMES:
        return (long)frames_total;
    case CHECK_ASK_PROCESSES:
        return (long)process_count();
    case CHECK_ASK_FRAME: /* it lies at the top of the stack, below struct process */
        return (long)check_frame((const struct pt_regs *)current_process() - 1);
    case CHECK_ASK_WORK:
        return (long)(current_process()->work & CHECK_WORK);
    case CHECK_ASK_READ:
        return check_can_read(b);
    default:
        return (long)check_mix(a, b, c, d, e, f);
    }
}
