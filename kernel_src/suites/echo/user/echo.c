/* user/echo.c: reads lines and prints them again, until the end of input (Ctrl-D). */

#include "user/include/user.h"

int main(void)
{
    char line[128];
    long size;

    print("echo: type lines; Ctrl-D ends\n");
    while ((size = read(0, line, sizeof line)) > 0) {
        write(1, line, (size_t)size);
    }
    return size < 0;
}
