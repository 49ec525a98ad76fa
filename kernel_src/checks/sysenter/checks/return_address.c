/* checks/return_address.c: where a call by SYSENTER comes back to: it is on the program's stack. */

#include "checks/entry.h"
#include "mm/mm.h"

uint32_t check_return_address(const struct process *process, uint32_t ebp)
{
    uint32_t address = 0;

    (void)process;
    return copy_from_user(&address, (const void *)(ebp + 12), sizeof address) == 0 ? address : 0;
}
