/* mm/string_from_user.c: a string from a program, which may lie about where it is. */

#include "mm/mm.h"
#include "mm/space.h"

#define CHUNK_BYTES 64 /* divides a page: what lies behind the string may not be there */

long string_from_user(char *to, const char *from, size_t size)
{
    for (size_t done = 0; done < size;) {
        size_t part = CHUNK_BYTES - (uint32_t)(from + done) % CHUNK_BYTES;
        part = part < size - done ? part : size - done;
        if (copy_from_user(to + done, from + done, part) != 0) {
            return -EFAULT;
        }
        for (size_t i = done; i < done + part; i++) {
            if (to[i] == '\0') {
                return (long)i;
            }
        }
        done += part;
    }
    return -ENAMETOOLONG;
}
