/* sys/io.c: write: the serial line. */

#include "dev/dev.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "sys/calls.h"

#define STDOUT 1
#define STDERR 2

long sys_write(int fd, const void *buffer, size_t size)
{
    char chunk[256];
    size_t written = 0;

    if (fd != STDOUT && fd != STDERR) {
        return -EBADF;
    }
    if (!user_range_ok(buffer, size)) {
        return -EFAULT; /* before anything is written */
    }
    while (written < size) {
        size_t part = lower(size - written, sizeof chunk);
        if (copy_from_user(chunk, (const char *)buffer + written, part) != 0) {
            return written ? (long)written : -EFAULT;
        }
        serial_write(chunk, part);
        written += part;
    }
    return (long)written;
}
