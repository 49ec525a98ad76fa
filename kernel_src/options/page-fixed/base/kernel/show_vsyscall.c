/* kernel/show_vsyscall.c: where programs find __kernel_vsyscall. */

#include "kernel/kernel.h"
#include "lib/lib.h"

void show_vsyscall(void)
{
    print("# vsyscall: the page is at %08x in every process: AT_SYSINFO\n", VSYSCALL_ADDR);
}
