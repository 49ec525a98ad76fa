/* user/include/bad_reads.h: rows of user/pointers.c about what there is to be read: nothing. */
#pragma once

#define BAD_READS_COUNT 1
#define BAD_READS {"write to descriptor 0", NR_write, 0, (uint32_t) "\n", 1, -LINUX_EBADF},
#define GOOD_READS 0

static inline void check_good_reads(void)
{
}
