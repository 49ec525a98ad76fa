/* user/lib/gate.c: which way into the kernel? Each program has to find out what the CPU can do. */

#include "lib/sysenter_rule.h"
#include "user/include/gate.h"

extern void sysenter_stub(void);
extern void int80_stub(void);

void (*fast_gate)(void) = int80_stub;

void gate_init(void)
{
    cpu_identify();
    if (sysenter_usable(&cpu_features)) {
        fast_gate = sysenter_stub;
    }
}
