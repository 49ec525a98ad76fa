/* user/storm.c: several of these run at once and are interrupted all the time, and none notices.
 *
 * Each has numbers of its own in all registers, those of the x87 and SSE too, and some pages.
 * Quiet, as several run: the exit status tells. checks/preemption.c runs them.
 */

#include "user/include/children.h"
#include "user/include/x87.h"

#define ROUNDS 20
#define TURNS_IN_A_ROUND 4000
#define WORDS 2048

/* user/storm_loop.asm */
uint32_t storm_loop(uint32_t seed, uint32_t turns);

static uint32_t words[WORDS];

static int memory_holds(uint32_t seed)
{
    uint32_t wrong = 0;

    for (uint32_t i = 0; i < WORDS; i++) {
        wrong |= words[i] ^ (seed + i);
    }
    return wrong == 0;
}

int main(void)
{
    uint32_t seed = (uint32_t)getpid() * 0x01020305;
    int x87 = x87_usable();

    for (uint32_t i = 0; i < WORDS; i++) {
        words[i] = seed + i;
    }
    if (x87) {
        x87_load(seed);
    }
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t good = storm_loop(seed, TURNS_IN_A_ROUND);
        if (good != TURNS_IN_A_ROUND) {
            print("# storm, pid %d: a register changed in turn %u\n", (int)getpid(), good);
            return 1;
        }
        if (x87 && !x87_holds(seed)) {
            print("# storm, pid %d: an x87 or SSE register changed\n", (int)getpid());
            return 2;
        }
        if (!memory_holds(seed)) {
            print("# storm, pid %d: memory changed\n", (int)getpid());
            return 3;
        }
    }
    return 0;
}
