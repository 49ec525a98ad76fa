/* sys/mmap.c: asking for pages (Linux mm/mmap.c). */

#include "fs/file.h"
#include "mm/space.h"
#include "sys/calls.h"
#include "sys/map.h"

long sys_mmap2(uint32_t wanted, uint32_t size, int protection, int flags, int fd,
               uint32_t offset_pages)
{
    struct area area = {.flags = (uint32_t)protection & AREA_PROTECTION};

    (void)offset_pages;
    if ((flags & MAP_ANONYMOUS) == 0) {
        return file_of(fd) ? -ENODEV : -EBADF; /* there are no files with pages */
    }
    if (size == 0 || (flags & MAP_TYPE) != MAP_PRIVATE) {
        return -EINVAL;
    }
    return map_area(wanted, size, flags, &area);
}
