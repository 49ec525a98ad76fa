/* user/include/wrong_way.h: rows of user/pointers.c: files that are not there.
 *
 * The first three are the serial line, and go both ways.
 */
#pragma once

#define WRONG_WAY_ROWS                                                                             \
    {"read from descriptor 3", NR_read, 3, (uint32_t)buffer, 1, -LINUX_EBADF},                     \
    {                                                                                              \
        "write to the first descriptor of none", NR_write, OPEN_MAX, (uint32_t)text, 1,            \
            -LINUX_EBADF                                                                           \
    }
