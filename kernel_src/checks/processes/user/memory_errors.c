/* user/memory_errors.c: what the calls about memory refuse, and with which of Linux's numbers.
 *
 * Where two things are wrong at once, it is Linux's order in which they are found.
 */

#include "sys/check_arguments.h"
#include "user/include/children.h"

#define AT 0x20000000u /* four pages: there, there, nothing, there */
#define HOLE (AT + 2 * PAGE_SIZE)
#define RW (PROT_READ | PROT_WRITE)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define FIXED (PRIVATE | MAP_FIXED)

static const struct {
    const char *text;
    uint32_t number, a, b, c, d, e;
    long result;
} rows[] = {
    {"mmap2: nothing", NR_mmap2, 0, 0, RW, PRIVATE, 0, -LINUX_EINVAL},
    {"mmap2: neither private nor shared", NR_mmap2, 0, 1, RW, MAP_ANONYMOUS, 0, -LINUX_EINVAL},
    {"mmap2: no kind of mapping", NR_mmap2, 0, 1, RW, MAP_ANONYMOUS | MAP_TYPE, 0, -LINUX_EINVAL},
    {"mmap2: a file that is not open", NR_mmap2, 0, 0, RW, MAP_PRIVATE, 77, -LINUX_EBADF},
    {"mmap2: a file without pages", NR_mmap2, 0, 1, RW, MAP_PRIVATE, 1, -LINUX_ENODEV},
    {"mmap2: more than fits", NR_mmap2, 0, USER_TOP + 1, RW, PRIVATE, 0, -LINUX_ENOMEM},
    {"mmap2: 4 GiB less a byte", NR_mmap2, 0, 0xffffffff, RW, PRIVATE, 0, -LINUX_ENOMEM},
    {"mmap2: exactly there, odd", NR_mmap2, AT + 1, 1, RW, FIXED, 0, -LINUX_EINVAL},
    {"mmap2: exactly there, the kernel", NR_mmap2, USER_TOP, 1, RW, FIXED, 0, -LINUX_ENOMEM},
    {"mmap2: exactly there, into the kernel", NR_mmap2, USER_TOP - PAGE_SIZE, PAGE_SIZE + 1, RW,
     FIXED, 0, -LINUX_ENOMEM},
    {"mmap2: exactly there, NULL", NR_mmap2, 0, 1, RW, FIXED, 0, -LINUX_EPERM},
    {"mmap2: exactly there, if nothing is", NR_mmap2, AT, 1, RW, PRIVATE | MAP_FIXED_NOREPLACE, 0,
     -LINUX_EEXIST},
    {"munmap: odd", NR_munmap, AT + 1, PAGE_SIZE, 0, 0, 0, -LINUX_EINVAL},
    {"munmap: nothing", NR_munmap, AT, 0, 0, 0, 0, -LINUX_EINVAL},
    {"munmap: the kernel", NR_munmap, KERNEL_BASE, PAGE_SIZE, 0, 0, 0, -LINUX_EINVAL},
    {"munmap: wraps around", NR_munmap, AT, 0xfffff000, 0, 0, 0, -LINUX_EINVAL},
    {"munmap: 4 GiB less a byte", NR_munmap, AT, 0xffffffff, 0, 0, 0, -LINUX_EINVAL},
    {"munmap: where nothing is", NR_munmap, HOLE, PAGE_SIZE, 0, 0, 0, 0},
    {"mprotect: odd", NR_mprotect, AT + 1, PAGE_SIZE, RW, 0, 0, -LINUX_EINVAL},
    {"mprotect: nothing, to nonsense", NR_mprotect, AT, 0, 0x700, 0, 0, 0},
    {"mprotect: to nonsense", NR_mprotect, AT, PAGE_SIZE, 0x700, 0, 0, -LINUX_EINVAL},
    {"mprotect: across a hole", NR_mprotect, AT, 4 * PAGE_SIZE, RW, 0, 0, -LINUX_ENOMEM},
    {"mprotect: a hole", NR_mprotect, HOLE, PAGE_SIZE, RW, 0, 0, -LINUX_ENOMEM},
    {"mprotect: the kernel", NR_mprotect, KERNEL_BASE, PAGE_SIZE, RW, 0, 0, -LINUX_ENOMEM},
    {"mprotect: wraps around", NR_mprotect, AT, 0xfffff000, RW, 0, 0, -LINUX_ENOMEM},
    {"mremap: odd", NR_mremap, AT + 1, PAGE_SIZE, PAGE_SIZE, 0, 0, -LINUX_EINVAL},
    {"mremap: to nothing", NR_mremap, AT, PAGE_SIZE, 0, 0, 0, -LINUX_EINVAL},
    {"mremap: nonsense", NR_mremap, AT, PAGE_SIZE, PAGE_SIZE, 0x80, 0, -LINUX_EINVAL},
    {"mremap: exactly there, and may not move", NR_mremap, AT, PAGE_SIZE, PAGE_SIZE, MREMAP_FIXED,
     HOLE, -LINUX_EINVAL},
    {"mremap: onto itself", NR_mremap, AT, 2 * PAGE_SIZE, 2 * PAGE_SIZE,
     MREMAP_MAYMOVE | MREMAP_FIXED, AT + PAGE_SIZE, -LINUX_EINVAL},
    {"mremap: once more, but not shared", NR_mremap, AT, 0, PAGE_SIZE, MREMAP_MAYMOVE, 0,
     -LINUX_EINVAL},
    {"mremap: where nothing is", NR_mremap, HOLE, PAGE_SIZE, PAGE_SIZE, 0, 0, -LINUX_EFAULT},
    {"mremap: across a hole", NR_mremap, AT, 4 * PAGE_SIZE, PAGE_SIZE, 0, 0, -LINUX_EFAULT},
    {"mremap: the kernel", NR_mremap, KERNEL_BASE, PAGE_SIZE, PAGE_SIZE, 0, 0, -LINUX_EFAULT},
    {"mremap: no room, and may not move", NR_mremap, AT, 2 * PAGE_SIZE, 4 * PAGE_SIZE, 0, 0,
     -LINUX_ENOMEM},
    {"mremap: more than fits", NR_mremap, AT, PAGE_SIZE, 0xc0000000, MREMAP_MAYMOVE, 0,
     -LINUX_ENOMEM},
};

#define ROWS (sizeof rows / sizeof rows[0])

static long map(uint32_t address, uint32_t pages)
{
    return mmap2(address, pages * PAGE_SIZE, RW, FIXED, -1, 0);
}

/* brk() says where the end is, whatever was asked for. */
static void check_brk(void)
{
    uint32_t end = (uint32_t)brk(0);

    ktap_equal("brk: NULL", (uint32_t)brk(1), end);
    ktap_equal("brk: into the program", (uint32_t)brk(USER_PROGRAM_ADDR), end);
    ktap_equal("brk: the kernel", (uint32_t)brk(KERNEL_BASE), end);
    ktap_equal("brk: the last byte of all", (uint32_t)brk(0xffffffff), end);
    uint32_t frames = (uint32_t)check_arguments(CHECK_ASK_ALL_FRAMES, 0, 0, 0, 0, 0);
    ktap_equal("brk: more than all memory", (uint32_t)brk(end + (frames + 1) * PAGE_SIZE), end);
    ktap_equal("mremap: the same",
               (uint32_t)mremap(AT, PAGE_SIZE, (frames + 1) * PAGE_SIZE, MREMAP_MAYMOVE, 0),
               (uint32_t)-LINUX_ENOMEM);
    map((end + 2 * PAGE_SIZE) & ~(PAGE_SIZE - 1u), 1);
    ktap_equal("brk: into what else is there", (uint32_t)brk(end + 3 * PAGE_SIZE), end);
}

int main(void)
{
    ktap_plan(3 + ROWS + 7);
    ktap_equal("two pages", (uint32_t)map(AT, 2), AT);
    ktap_equal("a page behind a hole", (uint32_t)map(HOLE + PAGE_SIZE, 1), HOLE + PAGE_SIZE);
    for (uint32_t i = 0; i < ROWS; i++) {
        long result = system_call((long)rows[i].number, (long)rows[i].a, (long)rows[i].b,
                                  (long)rows[i].c, (long)rows[i].d, (long)rows[i].e, 0);
        ktap_equal(rows[i].text, (uint32_t)result, (uint32_t)rows[i].result);
    }
    ktap_true("and all pages are as before", can_write(AT) && can_write(AT + PAGE_SIZE) &&
                                                 !can_read(HOLE) && can_write(HOLE + PAGE_SIZE));
    check_brk();
    return ktap_status();
}
