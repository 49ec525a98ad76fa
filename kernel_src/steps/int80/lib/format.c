/* lib/format.c: printf's core, for the kernel and for programs. */

#include "lib/lib.h"

#include <stdint.h>

size_t format_text(char *buffer, size_t size, const char *format, va_list arguments)
{
    size_t length = 0;

    while (*format != '\0') {
        char digits[11]; /* 2^32 has ten, and there may be a sign */
        const char *end = digits + sizeof digits, *text = format;
        size_t count = 1, width = 0;

        if (*format++ == '%') {
            while (*format >= '0' && *format <= '9') {
                width = width * 10 + (size_t)(*format++ - '0');
            }
            text = *format == '%' ? format : va_arg(arguments, const char *);
            char kind = *format++;
            if (kind == 's') {
                for (count = 0; text[count] != '\0'; count++) {
                }
            } else if (kind != '%') { /* a number: from its last digit to the first */
                uint32_t value = (uint32_t)(uintptr_t)text, base = kind == 'x' ? 16 : 10;
                int negative = kind == 'd' && (int32_t)value < 0;
                char *digit = digits + sizeof digits;
                value = negative ? -value : value;
                do {
                    *--digit = "0123456789abcdef"[value % base];
                    value /= base;
                } while (value != 0 || (size_t)(end - digit) < lower(width, 10));
                if (negative) {
                    *--digit = '-';
                }
                text = digit;
                count = (size_t)(end - digit);
            }
        }
        while (count-- > 0 && length + 1 < size) {
            buffer[length++] = *text++;
        }
    }
    buffer[length] = '\0';
    return length;
}
