/* user/hello.c: the first program. */

#include "user/include/user.h"

int main(void)
{
    print("Hello from ring 3: I am process %d.\n", (int)getpid());
    return 0;
}
