/* say.h: prints at once, so that nothing is left in a buffer that a fork would double. */
#ifndef SAY_H
#define SAY_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 1, 2))) static inline void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    fflush(stdout);
}

static inline void say_result(const char *call, int result, int error)
{
    if (result == -1)
        say("%s = -1, errno %d\n", call, error);
    else
        say("%s = %d\n", call, result);
}

/* Makes a call and prints it, its result, and errno if it failed. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        errno = 0;                                                                                 \
        int result_ = (int)(call);                                                                 \
        say_result(#call, result_, errno);                                                         \
    } while (0)

/* Prints a condition and whether it holds. */
#define CHECK(condition) say("%s: %s\n", #condition, (condition) ? "yes" : "no")

#endif
