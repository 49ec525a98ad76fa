/* env.c: arguments and environment arrive, and can be changed and handed on. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "say.h"

extern char **environ;

static void show(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        say("argv[%d] has %d bytes: %.20s\n", i, (int)strlen(argv[i]), argv[i]);
    for (char **variable = environ; *variable; variable++)
        say("%.40s\n", *variable);
}

int main(int argc, char **argv)
{
    static char large[3 * 4096]; /* more than one page of the new stack */
    show(argc, argv);
    CHECK(argv[argc] == NULL);
    if (getenv("AGAIN"))
        return 0;
    memset(large, 'x', sizeof large - 1);
    TRY(setenv("AGAIN", "1", 1));
    TRY(setenv("HOME", "/elsewhere", 1));
    TRY(setenv("LARGE", large, 1));
    char *arguments[] = {argv[0], "", "a b\tc", large, NULL};
    execv(argv[0], arguments);
    return 1;
}
