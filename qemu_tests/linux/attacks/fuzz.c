/* fuzz.c: system calls with arguments that nobody would write. A child makes some hundred; if it
 * dies, or waits, the next goes on with other numbers. */
#include "attack.h"

enum { CALLS = 300000, CALLS_A_CHILD = 400, AT_ONCE = 16, LIFE_MS = 50, NUMBERS = 440 };

static const char *const names[] = {
    "a",   "b",    "a/b",  "../attack/a", "/tmp/attack/d/e", ".", "d/..", "d/.", "", "d",
    "d/e", "null", "zero", "tty"};
static u32 memory[4096];
static u32 *calls; /* shared: how many have been made */

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

/* Not what would end the machine or its watcher, and seldom what may wait for ever. */
static int is_fair(u32 number)
{
    switch (number) {
    case NR_reboot:
    case NR_chdir:
    case 133: /* fchdir */
    case 101: /* ioperm: some ports end the machine, too */
        return 0;
    case NR_pause:
    case NR_nanosleep:
    case NR_poll:
    case NR_rt_sigsuspend:
    case NR_futex:
    case 72:  /* sigsuspend */
    case 142: /* _newselect */
    case 267: /* clock_nanosleep */
    case 308: /* pselect6 */
        return random_number() % 16 == 0;
    default:
        return 1;
    }
}

static int is_kill(u32 number)
{
    return number == NR_kill || number == 238 || number == NR_tgkill;
}

static void child(u32 seed)
{
    random_state = seed;
    call(setpgid, 0, 0);
    for (int fd = 0; fd < 3; fd++)
        call(close, fd);
    for (int i = 0; i < CALLS_A_CHILD; i++) {
        u32 number = random_number() % NUMBERS;
        for (int j = 0; j < 8; j++)
            memory[random_number() % 4096] = argument();
        if (is_fair(number))
            call6((int)number, is_kill(number) ? (u32)call(getpid) : argument(), argument(),
                  argument(), argument(), argument(), argument());
        __sync_fetch_and_add(calls, 1);
    }
    leave(0);
}

/* Many never end by themselves: they wait, or have stopped. */
static void end(int pid)
{
    int ended = 0;
    for (int ms = 0; ms < LIFE_MS && !ended; ms += 10) {
        ended = call(wait4, pid, 0, WNOHANG, 0);
        sleep_ms(ended ? 0 : 10);
    }
    call(kill, pid, SIGKILL);
    call(kill, -pid, SIGKILL);
    if (!ended)
        wait_for(pid);
}

int attack(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    calls = pages(1, MAP_SHARED);
    check_is(call(mknod, "null", 020666, 0x103), 0);
    check_is(call(mknod, "zero", 020666, 0x105), 0);
    check_is(call(mknod, "tty", 020666, 0x500), 0);
    for (u32 i = 1; *calls < CALLS;) {
        int pid[AT_ONCE];
        for (int j = 0; j < AT_ONCE; j++, i++) {
            pid[j] = call(fork);
            if (pid[j] == 0)
                child(0x9e3779b9u * i | 1);
        }
        for (int j = 0; j < AT_ONCE; j++)
            if (pid[j] > 0)
                end(pid[j]);
            else
                sleep_ms(10); /* what is left of others has not ended yet */
    }
    return 0;
}
