/* spawn.c: posix_spawn, whose child shares the parent's memory until it is another program. */
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

extern char **environ;

int main(int argc, char **argv)
{
    posix_spawn_file_actions_t actions;
    char *arguments[] = {argv[0], "child", NULL};
    char text[40] = "";
    pid_t child;
    int status = 0;
    if (argc == 2 && argv[1][0] == 'c') {
        say("from the child, argument %s\n", argv[1]);
        return 4;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "output", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    TRY(posix_spawn(&child, argv[0], &actions, NULL, arguments, environ));
    TRY(waitpid(child, &status, 0) == child);
    say("status %#x\n", status);
    TRY(read(open("output", O_RDONLY), text, sizeof text - 1));
    say("%s", text);
    TRY(posix_spawn(&child, "/none", NULL, NULL, arguments, environ));
    return 0;
}
