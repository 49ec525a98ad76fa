/* user/lib/print.c: text to the standard output. */

#include "user/include/user.h"

#define STDOUT 1

void print(const char *format, ...)
{
    char line[256];
    va_list arguments;

    va_start(arguments, format);
    size_t length = format_text(line, sizeof line, format, arguments);
    va_end(arguments);
    write(STDOUT, line, length);
}
