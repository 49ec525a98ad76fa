/* user/include/bad_reads.h: rows of user/pointers.c for small kernels: there is nothing to read. */
#pragma once

#define BAD_READS_COUNT 2
#define BAD_READS                                                                                  \
    {"write to descriptor 0", NR_write, 0, (uint32_t) "\n", 1, -LINUX_EBADF},                      \
        {"write of 2 GiB from NULL", NR_write, 1, 0, 0x80000000, -LINUX_EFAULT},
#define GOOD_READS 0

static inline void check_good_reads(void)
{
}
