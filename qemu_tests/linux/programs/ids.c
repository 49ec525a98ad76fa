/* ids.c: who a process is: numbers, groups and sessions, compared with each other. */
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

int main(void)
{
    struct utsname name;
    int parent = getpid();
    int status;
    CHECK(getpid() > 1 && getppid() > 0 && getpid() != getppid());
    say("uid %d %d, gid %d %d\n", (int)getuid(), (int)geteuid(), (int)getgid(), (int)getegid());
    TRY(setuid(0));
    int child = fork();
    if (child == 0) {
        CHECK(getppid() == parent && getpid() != parent);
        CHECK(getpgrp() != getpid() && getsid(0) != getpid());
        TRY(setpgid(0, 0));
        CHECK(getpgrp() == getpid() && getpgid(0) == getpid());
        TRY(setsid()); /* not for the leader of a group */
        _exit(0);
    }
    waitpid(child, &status, 0);
    child = fork();
    if (child == 0) {
        CHECK(setsid() == getpid() && getsid(0) == getpid() && getpgrp() == getpid());
        TRY(setpgid(0, 0)); /* not for the leader of a session */
        _exit(0);
    }
    waitpid(child, &status, 0);
    TRY(uname(&name));
    say("%s %s\n", name.sysname, name.machine);
    return 0;
}
