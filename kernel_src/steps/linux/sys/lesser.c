/* sys/lesser.c: system calls that have little to do here, as all is in memory and stays there. */

#include "fs/file.h"
#include "fs/inode.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"
#include "sys/calls.h"

#define ADVICE_MAX 5 /* POSIX_FADV_NOREUSE */
#define MLOCK_ONFAULT 1
#define MCL_ALL 7 /* MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT */
#define MEMBARRIER_COMMANDS 0x3ff
#define MEMFD_FLAGS 3u /* MFD_CLOEXEC, MFD_ALLOW_SEALING: nothing is sealed */
#define MEMFD_NAME_MAX 249u

long sys_fadvise64_64(int fd, uint32_t low, uint32_t high, uint32_t size_low, uint32_t size_high,
                      int advice)
{
    const struct file *file = file_of(fd);

    (void)low;
    (void)high;
    (void)size_low;
    if (!file) {
        return -EBADF;
    }
    if (!file->inode || is_fifo(file->inode)) {
        return -ESPIPE;
    }
    return (uint32_t)advice > ADVICE_MAX || (int32_t)size_high < 0 ? -EINVAL : 0;
}

/* Is all of it promised? Nothing is ever swapped out. */
long sys_mlock2(uint32_t start, uint32_t size, uint32_t flags)
{
    uint32_t first = page_down(start), end = page_up(start + size);

    if ((flags & ~(uint32_t)MLOCK_ONFAULT) || end < first) {
        return -EINVAL;
    }
    return space_check(current_process()->space, first, &end, PROT_NONE);
}

long sys_mlockall(uint32_t flags)
{
    return flags == 0 || (flags & ~(uint32_t)MCL_ALL) || flags == MCL_ALL - 3 ? -EINVAL : 0;
}

long sys_mincore(uint32_t start, uint32_t size, uint8_t *to)
{
    struct space *space = current_process()->space;
    uint32_t end = start + page_up(size);

    if (start % PAGE_SIZE) {
        return -EINVAL;
    }
    if (end < start || end > USER_TOP || space_check(space, start, &end, PROT_NONE) != 0) {
        return -ENOMEM;
    }
    for (; start < end; start += PAGE_SIZE, to++) {
        const uint32_t *entry = space_entry(space, start, 0);
        const uint8_t is_there = entry && *entry != 0;
        if (copy_to_user(to, &is_there, 1) != 0) {
            return -EFAULT;
        }
    }
    return 0;
}

long sys_getcpu(uint32_t *cpu, uint32_t *node, void *unused)
{
    const uint32_t number = this_cpu()->index, zero = 0;

    (void)unused;
    return (cpu && copy_to_user(cpu, &number, sizeof number) != 0) ||
                   (node && copy_to_user(node, &zero, sizeof zero) != 0)
               ? -EFAULT
               : 0;
}

/* Whoever takes the kernel lock has seen all that was written before another gave it back. Command
 * 0 asks which commands there are. */
long sys_membarrier(int command, uint32_t flags, int cpu)
{
    (void)cpu;
    if (flags || (command & (command - 1)) || (command & ~MEMBARRIER_COMMANDS)) {
        return -EINVAL;
    }
    return command ? 0 : MEMBARRIER_COMMANDS;
}

long sys_memfd_create(const char *name, uint32_t flags)
{
    char text[MEMFD_NAME_MAX + 1];
    struct file *file = NULL;
    long error = flags & ~MEMFD_FLAGS ? -EINVAL : string_from_user(text, name, sizeof text);

    if (error < 0) {
        return error == -ENAMETOOLONG ? -EINVAL : error;
    }
    struct inode *inode = inode_create(S_IFREG | 0777, 0);
    error = inode ? file_open(inode, O_RDWR | O_LARGEFILE, &file) : -ENOMEM;
    inode_put(inode);
    return error ? error : file_install_new(file, flags & 1 ? O_CLOEXEC : 0);
}
