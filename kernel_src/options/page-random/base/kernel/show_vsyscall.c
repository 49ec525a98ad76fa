/* kernel/show_vsyscall.c: where programs find __kernel_vsyscall. */

#include "kernel/kernel.h"
#include "lib/lib.h"

void show_vsyscall(void)
{
    print("# vsyscall: the page is at random in each process, in %u pages from %08x: AT_SYSINFO\n",
          VSYSCALL_RANDOM_PAGES, VSYSCALL_RANDOM_BASE);
}
