/* user/include/gate.h: the fast way into the kernel, chosen at the program's start. */
#pragma once

/* Called with registers as for `int 0x80`; keeps all but EAX. Not to be called from C. */
extern void (*fast_gate)(void);
