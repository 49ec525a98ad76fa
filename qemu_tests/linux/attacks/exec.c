/* exec.c: a storm of execve(): of itself, of what is no program, with arguments that are none. */
#include "attack.h"

enum { E2BIG = 7, ENOEXEC = 8, EACCES = 13, ENOTDIR = 20, ELOOP = 40, ROUNDS = 300 };

static char large[300000];
static char *words[80000];

static void write_file(const char *path, const void *data, int size)
{
    int fd = call(open, path, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    check_is(call(write, fd, data, size), size);
    call(close, fd);
}

/* Its own image with a byte changed here and there: it runs or not, but nothing else happens. */
static void damaged(void)
{
    static const int slice[4] = {0, 0, 0, 50000};
    static char image[65536];
    int fd = call(open, "/attacks/exit", O_RDONLY);
    int size = call(read, fd, image, sizeof image);
    call(close, fd);
    for (int i = 0; i < ROUNDS; i++) {
        int at = (int)(random_number() % 200), child;
        char old = image[at];
        image[at] = (char)random_number();
        write_file("damaged", image, size);
        image[at] = old;
        child = call(fork);
        if (child == 0) {
            char *arguments[] = {"damaged", "0", 0};
            call(setitimer, 0, slice, 0);
            call(execve, "./damaged", arguments, 0);
            leave(0);
        }
        wait_for(child);
    }
    call(unlink, "damaged");
}

static void refused(void)
{
    char *none[] = {"x", 0};
    check_is(call(execve, "/nothing", none, 0), -ENOENT);
    check_is(call(execve, "/attacks", none, 0), -EACCES);
    check_is(call(execve, "/attacks/exit/x", none, 0), -ENOTDIR);
    check_is(call(execve, 16, none, 0), -EFAULT);
    check_is(call(execve, "/attacks/exit", 16, 0), -EFAULT);
    check_is(call(execve, "/attacks/exit", 0xc0000000, 0), -EFAULT);
    words[0] = (char *)16;
    check_is(call(execve, "/attacks/exit", words, 0), -EFAULT);
    write_file("empty", "", 0);
    check_is(call(execve, "./empty", none, 0), -ENOEXEC);
    write_file("loop", "#!/tmp/attack/loop\n", 19);
    check_is(call(execve, "./loop", none, 0), -ELOOP);
    for (u32 i = 0; i < sizeof large - 1; i++)
        large[i] = 'x';
    for (int i = 0; i < 8; i++)
        words[i] = large;
    check_is(call(execve, "/attacks/exit", words, 0), -E2BIG);
    for (u32 i = 0; i < 79999; i++)
        words[i] = large + sizeof large - 30;
    check_is(call(execve, "/attacks/exit", words, 0), -E2BIG);
    /* To look at all of them would take an hour. */
    for (u32 i = 0; i < 79999; i++)
        words[i] = large + sizeof large - 131000;
    check_is(call(execve, "/attacks/exit", words, 0), -E2BIG);
    call(unlink, "empty");
    call(unlink, "loop");
}

static void storm(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        char *arguments[] = {"exit", "7", 0};
        int child = i % 2 ? vfork() : call(fork);
        if (child == 0) {
            call(execve, "/attacks/exit", arguments, 0);
            leave(1);
        }
        check_is(wait_for(child), 7 << 8);
    }
}

int attack(int argc, char **argv)
{
    /* Again and again the same process. */
    if (argc > 1 && argv[1][0] < 'z') {
        char *arguments[] = {"exec", argv[1], 0};
        argv[1][0]++;
        call(execve, "/attacks/exec", arguments, 0);
        return 1;
    }
    if (argc > 1)
        return 0;
    refused();
    storm();
    damaged();
    char *arguments[] = {"exec", (char[]){'!', 0}, 0};
    call(execve, "/attacks/exec", arguments, 0);
    return 1;
}
