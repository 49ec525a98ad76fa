/* user/hello.c: the first program. */

#include "user/include/user.h"

int main(int argc, char **argv)
{
    print("Hello from ring 3: I am process %d, %s, with %d argument%s.\n", (int)getpid(), argv[0], argc - 1,
          argc == 2 ? "" : "s");
    return 0;
}
