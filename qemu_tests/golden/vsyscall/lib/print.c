/* lib/print.c: text to the serial line, from the kernel. */

#include "lib/print.h"

#include "dev/serial.h"
#include "lib/format.h"

void print(const char *format, ...)
{
    char line[160];
    va_list arguments;

    va_start(arguments, format);
    size_t length = format_text(line, sizeof line, format, arguments);
    va_end(arguments);
    serial_write(line, length);
}
