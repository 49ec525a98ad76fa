/* checks/io_switch.c: the I/O permission bitmap is a process's: of two by turns, one has a port.
 *
 * The programs are port_owner and port_thief in user/faults_io_bitmap.asm.
 */

#include "checks/run.h"
#include "kernel/checks.h"
#include "lib/ktap.h"
#include "proc/process.h"

/* In the whole bitmap of a process, if it has one already. */
static uint32_t ports_of(const struct process *process)
{
    uint32_t count = 0;

    for (uint32_t i = 0; process->io_bitmap[0] && i < 2 * PAGE_SIZE; i++) {
        uint8_t denied = process->io_bitmap[i / PAGE_SIZE][i % PAGE_SIZE];
        for (uint32_t allowed = denied ^ 0xffu; allowed != 0; allowed &= allowed - 1) {
            count++;
        }
    }
    return count;
}

int check_io_switch(void)
{
    struct process *owner = check_start("port-owner");
    struct process *thief = check_start("port-thief");

    ktap_plan(4);
    ktap_true("both programs were loaded", owner && thief);
    if (!owner || !thief) {
        return 1;
    }
    ktap_equal("the one without the port is killed by #GP", (uint32_t)check_end(thief), VECTOR_GP);
    ktap_true("the one that has it has no other", ports_of(owner) <= 1);
    ktap_equal("the one that has it lives", (uint32_t)check_end(owner), (uint32_t)-1);
    return ktap_status();
}
