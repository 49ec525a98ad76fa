/* lib/format.c: printf's core, for the kernel and for programs. */

#include "lib/format.h"

#include <stdint.h>

#include "lib/string.h"

struct output {
    char *buffer;
    size_t size;
    size_t length;
};

struct field {
    unsigned width;
    int left;
    char fill;
};

static void put(struct output *out, char c)
{
    if (out->length + 1 < out->size) {
        out->buffer[out->length++] = c;
    }
}

static void put_field(struct output *out, const struct field *field, const char *text,
                      size_t length)
{
    size_t padding = field->width > length ? field->width - length : 0;

    for (size_t i = 0; !field->left && i < padding; i++) {
        put(out, field->fill);
    }
    for (size_t i = 0; i < length; i++) {
        put(out, text[i]);
    }
    for (size_t i = 0; field->left && i < padding; i++) {
        put(out, ' ');
    }
}

static void put_number(struct output *out, const struct field *field, uint32_t value, unsigned base,
                       int negative)
{
    char digits[12];
    size_t first = sizeof digits;

    do {
        digits[--first] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    if (negative) {
        digits[--first] = '-';
    }
    put_field(out, field, digits + first, sizeof digits - first);
}

static const char *parse_field(const char *format, struct field *field)
{
    *field = (struct field){.width = 0, .left = 0, .fill = ' '};
    if (*format == '-') {
        field->left = 1;
        format++;
    } else if (*format == '0') {
        field->fill = '0';
        format++;
    }
    while (*format >= '0' && *format <= '9') {
        field->width = field->width * 10 + (unsigned)(*format++ - '0');
    }
    return format;
}

size_t format_text(char *buffer, size_t size, const char *format, va_list arguments)
{
    struct output out = {buffer, size, 0};

    for (; *format != '\0'; format++) {
        struct field field;
        if (*format != '%') {
            put(&out, *format);
            continue;
        }
        format = parse_field(format + 1, &field);
        if (*format == 's') {
            const char *text = va_arg(arguments, const char *);
            put_field(&out, &field, text, strlen(text));
        } else if (*format == 'c') {
            put(&out, (char)va_arg(arguments, int));
        } else if (*format == 'd') {
            int32_t value = va_arg(arguments, int32_t);
            put_number(&out, &field, value < 0 ? -(uint32_t)value : (uint32_t)value, 10, value < 0);
        } else if (*format == 'u') {
            put_number(&out, &field, va_arg(arguments, uint32_t), 10, 0);
        } else if (*format == 'x') {
            put_number(&out, &field, va_arg(arguments, uint32_t), 16, 0);
        } else {
            put(&out, *format);
        }
    }
    buffer[out.length] = '\0';
    return out.length;
}
