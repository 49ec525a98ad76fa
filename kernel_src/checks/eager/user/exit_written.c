/* user/exit_written.c: one character, and a status that is neither 0 nor 1: see checks/ends.c. */

#include "user/include/user.h"

int main(void)
{
    return write(1, "w", 1) == 1 ? 0x15a : 1;
}
