/* kernel/show_memory.c: what lies where in the 4 GiB that a program and the kernel see. */

#include <stdint.h>

#include "include/constants.h"
#include "kernel/show.h"
#include "lib/print.h"
#include "mm/frames.h"

static const struct {
    uint32_t start, last;
    const char *access; /* r, w, x: read, write, execute; u: by ring 3 */
    const char *text;
} regions[] = {
    { 0x00000000, 0x0000ffff, "-",    "nothing: so that a NULL pointer faults" },
    { 0x00010000, 0xafffffff, "rwxu", "program: the segments of its ELF file" },
    { 0xbfff0000, 0xbfffffff, "rw-u", "user stack: grows down from its end" },
    { 0xc0000000, 0xefffffff, "rwx",  "direct map: physical memory from 0; the kernel" },
    { 0xf0000000, 0xf03fffff, "rw-",  "kernel stacks: a guard page below each" },
    { 0xffffe000, 0xffffefff, "r-xu", "vsyscall: the same page for every process" },
};

void show_memory(void)
{
    print("# memory: %u KiB usable, %u KiB in use\n", frames_total() * (PAGE_SIZE / 1024),
          frames_used() * (PAGE_SIZE / 1024));
    for (uint32_t i = 0; i < sizeof regions / sizeof regions[0]; i++) {
        print("#   %08x-%08x %s %s\n", regions[i].start, regions[i].last, regions[i].access,
              regions[i].text);
    }
}
