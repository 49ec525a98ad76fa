/* ids.c: who a process is: numbers, groups and sessions, compared with each other; and which system
 * this is. */
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include "raw.h"
#include "say.h"

#define FUTEX_TIME64 422
#define WAKE 1

/* "6.1.0-50" is 0x601. */
static long release_of(const struct utsname *name)
{
    char *rest;
    long major = strtol(name->release, &rest, 10);
    return major << 8 | strtol(rest + 1, &rest, 10);
}

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
    /* What static programs ask of it: glibc its ABI note, Go the calls of 5.1 where it is told so. */
    long release = release_of(&name);
    static unsigned int nobody;
    CHECK(release >= 0x302);
    CHECK(release < 0x501 || raw(FUTEX_TIME64, (unsigned int)&nobody, WAKE, 1, 0, 0, 0) == 0);
    return 0;
}
