/* user/include/wrong_way.h: rows of user/pointers.c: standard input and output go one way each. */
#pragma once

#define WRONG_WAY_ROWS                                                                             \
    {"write to standard input", NR_write, 0, (uint32_t)text, 1, -LINUX_EBADF},                     \
    {                                                                                              \
        "read from standard output", NR_read, 1, (uint32_t)buffer, 0, -LINUX_EBADF                 \
    }
