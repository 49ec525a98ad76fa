/* lib/format.c: printf's core, for the kernel and for programs. */

#include "lib/format.h"

#include <stdint.h>

struct output {
    char *buffer;
    size_t size, length;
};

static void put(struct output *out, char c)
{
    if (out->length + 1 < out->size) {
        out->buffer[out->length++] = c;
    }
}

/* At least `width` digits: zeros in front. */
static void put_number(struct output *out, uint32_t value, unsigned base, unsigned width)
{
    char digits[10]; /* 2^32 has as many */
    size_t count = 0;

    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0 || (count < width && count < sizeof digits));
    while (count > 0) {
        put(out, digits[--count]);
    }
}

size_t format_text(char *buffer, size_t size, const char *format, va_list arguments)
{
    struct output out = {buffer, size, 0};

    for (; *format != '\0'; format++) {
        unsigned width = 0;
        if (*format != '%') {
            put(&out, *format);
            continue;
        }
        for (format++; *format >= '0' && *format <= '9'; format++) {
            width = width * 10 + (unsigned)(*format - '0');
        }
        if (*format == 's') {
            for (const char *text = va_arg(arguments, const char *); *text != '\0'; text++) {
                put(&out, *text);
            }
        } else if (*format == 'd') {
            int32_t value = va_arg(arguments, int32_t);
            if (value < 0) {
                put(&out, '-');
            }
            put_number(&out, value < 0 ? -(uint32_t)value : (uint32_t)value, 10, width);
        } else if (*format == 'u') {
            put_number(&out, va_arg(arguments, uint32_t), 10, width);
        } else if (*format == 'x') {
            put_number(&out, va_arg(arguments, uint32_t), 16, width);
        } else {
            put(&out, *format);
        }
    }
    buffer[out.length] = '\0';
    return out.length;
}
