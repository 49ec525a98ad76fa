/* memory.c: mappings that come, go, move, change and are copied by fork(), in thousands; deep
 * recursion; files cut off under their mappings. */
#include "attack.h"

enum { REGIONS = 24, SIGBUS = 7 };

static struct region {
    u32 *start, count, mark;
} regions[REGIONS];

/* Every page of a region has the region's mark, and its number. */
static void fill(struct region *region)
{
    region->mark = random_number();
    for (u32 i = 0; i < region->count; i++)
        region->start[i * 1024] = region->mark + i;
}

static void look(const struct region *region)
{
    for (u32 i = 0; i < region->count; i++)
        check_is(region->start[i * 1024], region->mark + i);
}

static void map(struct region *region)
{
    region->count = 1 + random_number() % 12;
    region->start = pages(region->count, random_number() % 4 ? MAP_PRIVATE : MAP_SHARED);
    check((u32)region->start < -4096u);
    fill(region);
}

static void resize(struct region *region)
{
    u32 count = 1 + random_number() % 24;
    int result =
        call(mremap, region->start, region->count * PAGE_BYTES, count * PAGE_BYTES, MREMAP_MAYMOVE);
    check((u32)result < -4096u);
    region->start = (u32 *)result;
    region->count = count < region->count ? count : region->count;
    look(region);
    if (count > region->count) /* a shared one has no more pages than it was made with */
        call(munmap, region->start + region->count * 1024, (count - region->count) * PAGE_BYTES);
}

static void change(struct region *region)
{
    u32 size = region->count * PAGE_BYTES;
    check_is(call(mprotect, region->start, size, PROT_NONE), 0);
    check_is(call(write, 1, region->start, 1), -EFAULT);
    check_is(call(mprotect, region->start, size, PROT_READ), 0);
    look(region);
    check_is(call(mprotect, region->start, size, PROT_READ | PROT_WRITE), 0);
}

/* A child sees what we had, and what it writes is its own. */
static void copy(void)
{
    int child = call(fork);
    if (child == 0) {
        for (int i = 0; i < REGIONS; i++)
            if (regions[i].count)
                look(&regions[i]);
        leave(0);
    }
    check_is(wait_for(child), 0);
}

static void storm(void)
{
    for (int step = 0; step < 4000; step++) {
        struct region *region = &regions[random_number() % REGIONS];
        u32 what = random_number() % 8;
        if (!region->count) {
            map(region);
        } else if (what < 3) {
            look(region);
            call(munmap, region->start, region->count * PAGE_BYTES);
            region->count = 0;
        } else if (what < 5) {
            resize(region);
        } else if (what < 7) {
            change(region);
        } else if (step % 8 == 0) {
            copy();
        }
    }
    for (int i = 0; i < REGIONS; i++)
        if (regions[i].count)
            call(munmap, regions[i].start, regions[i].count * PAGE_BYTES);
}

static int deep(volatile int depth)
{
    volatile char room[512];
    room[depth % 512] = (char)depth;
    return depth < 0 ? 0 : deep(depth + 1) + room[0];
}

static void recursion(void)
{
    int child = call(fork);
    if (child == 0)
        leave(deep(0));
    check_is(wait_for(child), SIGSEGV);
}

/* What a file no longer has cannot be touched through a mapping. */
static void cut_off(void)
{
    int child, fd = call(open, "cut", O_RDWR | O_CREAT, 0644);
    volatile char *mapped;
    check_is(call(ftruncate, fd, 2 * PAGE_BYTES), 0);
    mapped = (char *)call(mmap2, 0, 4 * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    mapped[0] = mapped[PAGE_BYTES] = 'm';
    child = call(fork);
    if (child == 0)
        leave(mapped[2 * PAGE_BYTES]);
    check_is(wait_for(child), SIGBUS);
    check_is(call(ftruncate, fd, PAGE_BYTES), 0);
    child = call(fork);
    if (child == 0)
        leave(mapped[PAGE_BYTES]);
    check_is(wait_for(child), SIGBUS);
    check_is(call(ftruncate, fd, 2 * PAGE_BYTES), 0);
    check_is(mapped[PAGE_BYTES], 0);
    check_is(mapped[0], 'm');
    mapped[PAGE_BYTES] = 'n';
    check_is(call(lseek, fd, PAGE_BYTES, 0), PAGE_BYTES);
    child = 0;
    check_is(call(read, fd, &child, 1), 1);
    check_is(child, 'n');
    call(munmap, mapped, 4 * PAGE_BYTES);
    call(close, fd);
    call(unlink, "cut");
}

/* Ranges that wrap around, or reach into the kernel. */
static void bad_ranges(void)
{
    check_is(call(munmap, 0xfffff000, PAGE_BYTES), -EINVAL);
    check_is(call(munmap, 0x10000, 0xffffffff), -EINVAL);
    check_is(call(munmap, 0xbffff000, 2 * PAGE_BYTES), -EINVAL);
    check_is(call(mprotect, 0xbffff000, 0xffff0000, PROT_READ), -ENOMEM);
    check_is(call(mmap2, 0, 0xffffffff, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), -ENOMEM);
    check_is(call(mmap2, 0xc0000000, PAGE_BYTES, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
             -ENOMEM);
    check_is(call(mmap2, 0, PAGE_BYTES, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), -EPERM);
    check_is(call(read, 0, 0xc0000000, 1), -EFAULT);
    check_is(call(write, 1, 0xbfffffff, 2), -EFAULT);
    check_is(call(write, 1, 0xffffffff, 2), -EFAULT);
}

int attack(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    storm();
    recursion();
    cut_off();
    bad_ranges();
    return 0;
}
