/* cpu/control.c: the switches in CR0 (SDM 3A 2.5). */

#include "cpu/cpu.h"
#include "include/x86.h"

/*
 * WP  a page that is read-only is so for ring 0 as well: the kernel cannot damage its own text, and
 *     a system call cannot be used to write where the program itself may not.
 * AM  lets a program that sets EFLAGS.AC have its unaligned accesses reported.
 * EM  no x87 (#NM for the program that tries), no MMX or SSE (#UD). Registers that this kernel does
 *     not save at a switch must not carry one program's data to the next.
 * CD and NW are set after INIT (SDM 3A table 9-1): a CPU that was started by another would run
 *     without its cache.
 */
void control_init(void)
{
    cr0_write((cr0_read() & ~(CR0_CD | CR0_NW)) | CR0_WP | CR0_AM | CR0_EM);
}
