/* sparse.c: a file that is longer than memory is written through a mapping, a few pages at a time:
 * who has most memory is another. It is the writer who ends, by SIGBUS, as on a full disk. */
#include "attack.h"

enum { SIGBUS = 7, WINDOW = 64, LENGTH = 64 << 20 };

static void write_all(void)
{
    int fd = call(open, "file", O_RDWR | O_CREAT, 0644);
    check_is(call(ftruncate, fd, LENGTH), 0);
    for (u32 at = 0; at < LENGTH; at += WINDOW * PAGE_BYTES) {
        char *window = (char *)call(mmap2, 0, WINDOW * PAGE_BYTES, PROT_READ | PROT_WRITE,
                                    MAP_SHARED, fd, at / PAGE_BYTES);
        check((u32)window < -4096u);
        for (int i = 0; i < WINDOW; i++)
            window[i * PAGE_BYTES] = 1;
        call(munmap, window, WINDOW * PAGE_BYTES);
    }
    leave(0);
}

static void be_large(void)
{
    char *large = pages(4 * WINDOW, MAP_PRIVATE);
    for (int i = 0; i < 4 * WINDOW; i++)
        large[i * PAGE_BYTES] = 1;
    for (;;)
        call(pause);
}

int attack(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    int victim = call(fork);
    if (victim == 0)
        be_large();
    sleep_ms(50);
    int writer = call(fork);
    if (writer == 0)
        write_all();
    check_is(wait_for(writer), SIGBUS);
    check_is(call(wait4, victim, 0, WNOHANG, 0), 0);
    call(kill, victim, SIGTERM);
    check_is(wait_for(victim), SIGTERM);
    return call(unlink, "file");
}
