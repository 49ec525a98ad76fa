/* user/many_calls.c: its part of many calls, each looked at.
 *
 * What do interrupts between them leave behind? checks/timer.c runs it under a timer that
 * interrupts all the time; checks/all_cpus.c on all CPUs at once. Quiet, as several may run: the
 * exit status tells.
 */

#include "sys/check_arguments.h"
#include "user/include/checks.h"

#define CALLS 200000 /* twenty interrupts, at 100000 Hz, for each instruction of a call */
#define ROUNDS 16
#define CALLS_IN_A_ROUND (CALLS / ROUNDS / CPU_COUNT) /* one process for each CPU */

/* user/many_calls_loop.asm: returns how many calls went well, up to the first that did not. */
uint32_t many_calls_loop(void (*enter)(void), uint32_t pid, uint32_t calls);

int main(void)
{
    struct gate gates[GATES_MAX];
    uint32_t pid = (uint32_t)getpid();

    gates_find(gates);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t good = many_calls_loop(gates[0].enter, pid, CALLS_IN_A_ROUND);
        if (good != CALLS_IN_A_ROUND) {
            print("# many-calls, pid %u: call %u went wrong\n", pid,
                  round * CALLS_IN_A_ROUND + good);
            return 1;
        }
        system_call(NR_check_arguments, (long)CHECK_ASK_CPU, 0, 0, 0, 0, 0);
    }
    return 0;
}
