/* user/exit_written.c: a zero, a character; a status that is neither 0 nor 1: see checks/ends.c. */

#include "user/include/user.h"

int main(void)
{
    return write(1, "\0w", 2) == 2 ? 0x15a : 1;
}
