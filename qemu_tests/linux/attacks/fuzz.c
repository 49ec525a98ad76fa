/* fuzz.c: system calls with arguments that nobody would write. A child makes some hundred; if it
 * dies, the next goes on with other numbers. */
#include "attack.h"

enum { CALLS = 100000, CALLS_A_CHILD = 400, NUMBERS = 440 };

static const char *const names[] = {"a", "b", "a/b", "../attack/a", "/tmp/attack/d/e", ".", "..",
                                    "/", "", "d", "d/e", "/dev/null", "/dev/zero", "/dev/tty"};
static u32 memory[4096];

static u32 argument(void)
{
    static const u32 edges[] = {0,          1,          2,          3,          4,
                                5,          8,          16,         64,         127,
                                128,        255,        256,        4095,       4096,
                                4097,       65536,      0x7fffffff, 0x80000000, 0x80000001,
                                0xbfffffff, 0xbffff000, 0xc0000000, 0xc0000001, 0xfffff000,
                                0xffffe000, 0xfffffffe, 0xffffffff, 0xffffff9c};
    u32 kind = random_number() % 16;
    if (kind < 6)
        return edges[random_number() % (sizeof edges / 4)];
    if (kind < 8)
        return random_number() % 16;
    if (kind < 10)
        return (u32)names[random_number() % (sizeof names / sizeof names[0])];
    if (kind < 14)
        return (u32)memory + random_number() % sizeof memory;
    if (kind < 15)
        return 1u << random_number() % 32;
    return random_number();
}

/* Not what would end the machine, disturb the watcher, or wait for ever. */
static int is_fair(u32 number, u32 first)
{
    switch (number) {
    case NR_reboot:
    case NR_pause:
    case 101: /* ioperm: in the child the ports are QEMU's */
        return 0;
    case NR_kill:
        return (int)first > 1;
    default:
        return 1;
    }
}

static void child(u32 seed)
{
    random_state = seed;
    call(setpgid, 0, 0);
    call(alarm, 1);
    call(close, 0);
    call(close, 1);
    call(close, 2);
    for (int i = 0; i < CALLS_A_CHILD; i++) {
        u32 number = random_number() % NUMBERS, first = argument();
        for (int j = 0; j < 8; j++)
            memory[random_number() % 4096] = argument();
        if (is_fair(number, first))
            call6((int)number, first, argument(), argument(), argument(), argument(), argument());
        if (random_number() % 64 == 0)
            call(alarm, 1);
    }
    leave(0);
}

int attack(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    for (u32 i = 0; i < CALLS / CALLS_A_CHILD; i++) {
        int pid = call(fork);
        if (pid == 0)
            child(0x9e3779b9u * (i + 1) | 1);
        if (pid < 0) {
            sleep_ms(10);
            continue;
        }
        wait_for(pid);
        call(kill, -pid, SIGKILL);
        while (call(wait4, -1, 0, WNOHANG, 0) > 0)
            ;
    }
    return 0;
}
