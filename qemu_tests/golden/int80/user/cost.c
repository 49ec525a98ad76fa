/* user/cost.c: what a system call costs that does nothing but come and go. */

#include "user/include/user.h"
#include "user/include/cost.h"

int main(void)
{
    print("# null system call (getpid) in ticks, best of %d rounds:\n", COST_ROUNDS);
    cost_show("loop", cost_of(cost_empty));
    cost_show("int80", cost_of(cost_int80));
    return 0;
}
