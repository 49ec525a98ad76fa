/* cpu/iopl.c: all I/O ports at once: iopl(2).
 *
 * As Linux from 5.5 on, not by the IOPL in EFLAGS, with which a program could also stop interrupts.
 */

#include "sys/calls.h"

#define PORTS 65536u

long sys_iopl(uint32_t level)
{
    return level > 3 ? -EINVAL : sys_ioperm(0, PORTS, level == 3);
}
