/* user/include/bad_reads.h: rows of user/pointers.c about read(), and some reads after them.
 *
 * The program is started by checks/pointers.c, which first lets the serial port receive
 * PENDING_INPUT characters: read() waits for one before it looks where to put it.
 */
#pragma once

#include "checks/pending_input.h"
#include "user/include/checks.h"
#include "user/include/wrong_way.h"

#define BAD_READS_COUNT 8
#define GOOD_READS 4

static char buffer[PENDING_INPUT];

/* clang-format off: rows of a table */
#define BAD_READS                                                                                  \
    {"read to NULL, nothing", NR_read, 0, 0, 0, 0},                                                \
    {"read to its own text", NR_read, 0, USER_PROGRAM_ADDR, 1, -LINUX_EFAULT},                     \
    {"read to the kernel", NR_read, 0, KERNEL_BASE + KERNEL_LOAD_ADDR, 1, -LINUX_EFAULT},          \
    {"read to an unmapped page", NR_read, 0, end, 1, -LINUX_EFAULT},                               \
    {"read to the last byte of all", NR_read, 0, 0xffffffff, 1, -LINUX_EFAULT},                    \
    WRONG_WAY_ROWS,                                                                                \
    {"read from 0x80000000 to the kernel", NR_read, 0x80000000, KERNEL_BASE, 1, -LINUX_EBADF},
/* clang-format on */

static inline void check_good_reads(void)
{
    long count = read(0, buffer, sizeof buffer);

    ktap_true("a good read after the bad ones: a line",
              count > 1 && buffer[count - 2] == 'x' && buffer[count - 1] == '\n');
    ktap_true("a part of the next", read(0, buffer, 1) == 1 && buffer[0] == 'y');
    ktap_true("the rest of it", read(0, buffer, sizeof buffer) == 1 && buffer[0] == '\n');
    ktap_equal("the end", (uint32_t)read(0, buffer, sizeof buffer), 0);
}
