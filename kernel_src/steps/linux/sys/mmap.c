/* sys/mmap.c: asking for pages: of zeros, or of a file (Linux mm/mmap.c). */

#include "cpu/tlb.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"
#include "sys/calls.h"
#include "sys/map.h"

/* Memory that a child shares with its parent is a file without a name. */
static long map_shared_zeros(uint32_t wanted, uint32_t size, int flags, struct area *area)
{
    area->inode = inode_create(S_IFREG | 0600, 0);
    if (!area->inode) {
        return -ENOMEM;
    }
    int error = inode_resize(area->inode, page_up(size));
    long start = error ? error : map_area(wanted, size, flags, area);
    inode_put(area->inode); /* the area has it */
    return start;
}

/* May the file be mapped like that? */
static long check_file(const struct file *file, int protection, int flags)
{
    uint32_t mode = file->flags & O_ACCMODE;

    if ((flags & MAP_TYPE) == MAP_SHARED && (protection & PROT_WRITE) && mode == O_RDONLY) {
        return -EACCES;
    }
    if (mode == O_WRONLY) {
        return -EACCES;
    }
    return file->inode && (is_regular(file->inode) || file->inode->rdev == DEVICE_ZERO) ? 0
                                                                                        : -ENODEV;
}

long sys_mmap2(uint32_t wanted, uint32_t size, int protection, int flags, int fd,
               uint32_t offset_pages)
{
    const struct file *file = flags & MAP_ANONYMOUS ? NULL : file_of(fd);
    int is_shared =
        (flags & MAP_TYPE) == MAP_SHARED || (file && (flags & MAP_TYPE) == MAP_SHARED_VALIDATE);
    struct area area = {.flags = ((uint32_t)protection & AREA_PROTECTION) |
                                 (is_shared ? AREA_SHARED : 0)};

    if ((flags & MAP_ANONYMOUS) == 0 && !file) {
        return -EBADF;
    }
    if (size == 0 || (!is_shared && (flags & MAP_TYPE) != MAP_PRIVATE)) {
        return -EINVAL;
    }
    if (file) {
        long error = check_file(file, protection, flags);
        if (error) {
            return error;
        }
    }
    if (file && is_regular(file->inode)) {
        area.inode = file->inode;
        area.flags |= is_shared && (file->flags & O_ACCMODE) == O_RDONLY ? AREA_NEVER_WRITE : 0;
        area.file_page = offset_pages;
        return offset_pages < INODE_PAGES_MAX &&
                       page_up(size) / PAGE_SIZE < INODE_PAGES_MAX - offset_pages
                   ? map_area(wanted, size, flags, &area)
                   : -EOVERFLOW;
    }
    return is_shared ? map_shared_zeros(wanted, size, flags, &area)
                     : map_area(wanted, size, flags, &area);
}

struct mmap_arguments {
    uint32_t wanted, size;
    int protection, flags, fd;
    uint32_t offset;
};

/* As it was when a call could not have six arguments, and files were short. */
long sys_mmap(const struct mmap_arguments *from)
{
    struct mmap_arguments a;

    if (copy_from_user(&a, from, sizeof a) != 0) {
        return -EFAULT;
    }
    return a.offset % PAGE_SIZE
               ? -EINVAL
               : sys_mmap2(a.wanted, a.size, a.protection, a.flags, a.fd, a.offset / PAGE_SIZE);
}

/* Hints that nobody has to follow, and one that changes something: by bit, what is known of. */
#define ADVICE_KNOWN 0x0033f11fu

/* Pages that are not needed come again as they first were; those of the vDSO could not. */
long sys_madvise(uint32_t start, uint32_t size, uint32_t advice)
{
    struct space *space = current_process()->space;
    uint32_t end = start + page_up(size);

    if (advice >= 32 || (ADVICE_KNOWN >> advice & 1) == 0 || start % PAGE_SIZE || end < start ||
        (size != 0 && end == start)) {
        return -EINVAL;
    }
    if (end > USER_TOP) {
        return -ENOMEM;
    }
    if (advice == MADV_DONTNEED) {
        if (start <= space->sysinfo && space->sysinfo < end) {
            return -EINVAL;
        }
        pages_forbid(space, start, end, PAGE_PRESENT);
        tlb_flush(space);
        pages_free(space, start, end);
    }
    return space_check(space, start, &end, PROT_NONE); /* what there is has followed it */
}

/* What is written to a shared file is in it at once. */
long sys_msync(uint32_t start, uint32_t size, int flags)
{
    const struct space *space = current_process()->space;
    uint32_t end = start + page_up(size);

    if (start % PAGE_SIZE || (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) ||
        (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC)) {
        return -EINVAL;
    }
    return space_check(space, start, &end, PROT_NONE);
}
