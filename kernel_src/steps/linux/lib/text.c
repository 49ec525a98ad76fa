/* lib/text.c: strings of any length. */

#include "lib/text.h"

#include "lib/lib.h"
#include "mm/space.h"

size_t text_size(const char *text)
{
    size_t size = 1;

    while (text[size - 1] != '\0') {
        size++;
    }
    return size;
}

char *text_copy(const char *text)
{
    size_t size = text_size(text);
    char *copy = memory_alloc(size);

    if (copy) {
        memcpy(copy, text, size);
    }
    return copy;
}
