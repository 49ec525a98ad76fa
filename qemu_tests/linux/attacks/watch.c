/*
 * watch.c: /init of the attacks' RAM disk. Runs each attack that its arguments name, twice, with an
 * innocent process beside it:
 *
 *     @begin forkbomb
 *     @end forkbomb exit=0 pages=0      or signal=11; how many pages fewer are free afterwards
 *     @finished
 *
 * What stands behind a colon, as in "elves:7:0:10000", is the attack's argument.
 *
 * Before the first round caches may be empty that never shrink; the second round's pages count.
 */

#include "attack.h"

enum { ROUNDS = 2, SLICE_MS = 20, LIMIT_SLICES = 6000 };
enum { REBOOT_MAGIC1 = 0xfee1dead, REBOOT_MAGIC2 = 672274793, REBOOT_POWER_OFF = 0x4321fedc };

static int to_bystander[2], from_bystander[2];
static int bystander;

static int free_pages(void)
{
    struct sysinfo info;
    call(sysinfo, &info);
    return (int)(info.free / PAGE_BYTES);
}

/* It answers each byte with the next one, from memory that it has filled. */
static void bystand(void)
{
    static unsigned char table[4 * PAGE_BYTES];
    unsigned char byte;
    for (u32 i = 0; i < sizeof table; i++)
        table[i] = (unsigned char)(i + 1);
    call(close, to_bystander[1]);
    call(close, from_bystander[0]);
    while (call(read, to_bystander[0], &byte, 1) == 1) {
        for (u32 i = byte; i < sizeof table; i += 256)
            byte = table[i] == (unsigned char)(i + 1) ? byte : (unsigned char)(byte ^ 0x55);
        byte = table[byte];
        call(write, from_bystander[1], &byte, 1);
    }
    leave(0);
}

static void bystander_start(void)
{
    call(pipe, to_bystander);
    call(pipe, from_bystander);
    bystander = call(fork);
    if (bystander == 0)
        bystand();
    call(close, to_bystander[0]);
    call(close, from_bystander[1]);
}

static int bystander_lives(void)
{
    unsigned char byte = 41;
    struct {
        int fd;
        short events, revents;
    } poll = {from_bystander[0], 1, 0};
    if (call(write, to_bystander[1], &byte, 1) != 1 || call(poll, &poll, 1, 10000) != 1 ||
        call(read, from_bystander[0], &byte, 1) != 1)
        return 0;
    return byte == 42;
}

static void bystander_end(void)
{
    call(close, to_bystander[1]);
    call(close, from_bystander[0]);
}

static int is_same(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* "." and "..", and what the root held before any attack. */
static int is_kept(const char *name, int in_root)
{
    static const char *const kept[] = {".", "..", "attacks", "dev", "init", "root"};
    for (u32 i = 0; i < (in_root ? sizeof kept / sizeof kept[0] : 2); i++)
        if (is_same(name, kept[i]))
            return 1;
    return 0;
}

/* What a directory holds, and what that holds. Returns 0 if there is a name that cannot be removed. */
static int remove_all(const char *path)
{
    int in_root = is_same(path, "/");
    static char names[2048]; /* for each directory in its turn */
    char name[256];
    int fd, size, again = 1, good = 1;
    if (call(chdir, path) != 0)
        return 0;
    fd = call(open, ".", O_RDONLY, 0);
    while (again && good) {
        again = 0;
        call(lseek, fd, 0, 0);
        while (!again && (size = call(getdents64, fd, names, sizeof names)) > 0)
            for (char *at = names; at < names + size; at += *(unsigned short *)(at + 16)) {
                if (is_kept(at + 19, in_root))
                    continue;
                again = 1; /* what follows has another place now */
                if (call(unlink, at + 19) == 0 || call(rmdir, at + 19) == 0)
                    continue;
                for (u32 i = 0; i <= text_length(at + 19); i++)
                    name[i] = at[19 + i];
                good = remove_all(name) && call(rmdir, name) == 0;
                break; /* `names` has been used for others */
            }
    }
    call(close, fd);
    call(chdir, "..");
    return good;
}

/* The wait status; whoever else has come to us is reaped too. */
static int watch(int pid)
{
    int status = 0x7f00;
    for (int slice = 0; slice < LIMIT_SLICES; slice++) {
        int ended, this_status;
        while ((ended = call(wait4, -1, &this_status, WNOHANG, 0)) > 0) {
            if (ended == pid)
                return this_status;
        }
        sleep_ms(SLICE_MS);
    }
    put("# it does not end\n");
    return status;
}

static int run(char *name, char *path, char *argument)
{
    char *arguments[] = {name, argument, 0};
    int pid, status;
    call(mkdir, "/tmp", 0777);
    call(mkdir, "/tmp/attack", 0777);
    bystander_start();
    if (!bystander_lives())
        put("# no bystander\n");
    pid = call(fork);
    if (pid == 0) {
        bystander_end();
        call(setsid);
        call(chdir, "/tmp/attack");
        call(execve, path, arguments, 0);
        leave(127);
    }
    status = watch(pid);
    if (!bystander_lives()) {
        put("# the bystander is dead\n");
        status = 0x7e00;
    }
    bystander_end();
    call(kill, -1, SIGKILL);
    while (call(wait4, -1, 0, 0, 0) > 0)
        ;
    if (!remove_all("/")) { /* an attack with random names may have left some anywhere */
        put("# a name cannot be removed\n");
        status = 0x7d00;
    }
    return status;
}

static void run_rounds(char *name)
{
    static char path[64];
    int before = 0, after = 0, status = 0;
    char *argument = 0;
    for (char *at = name; *at && !argument; at++)
        if (*at == ':') {
            *at = 0;
            argument = at + 1;
        }
    for (u32 i = 0; i <= text_length(name); i++)
        path[9 + i] = name[i];
    for (u32 i = 0; i < 9; i++)
        path[i] = "/attacks/"[i];
    put("@begin ");
    put(name);
    put("\n");
    for (int round = 0; round < ROUNDS && status == 0; round++) {
        before = free_pages();
        status = run(name, path, argument);
        after = free_pages();
    }
    put("@end ");
    put(name);
    put(status & 0x7f ? " signal=" : " exit=");
    put_number(status & 0x7f ? status & 0x7f : status >> 8);
    put(" pages=");
    put_number(before - after);
    put("\n");
}

/* Folders in folders want more of the stack in one round than in another. */
static void stack_warm_up(void)
{
    volatile char deep[16 * PAGE_BYTES];
    for (u32 i = 0; i < sizeof deep; i += PAGE_BYTES)
        deep[i] = 1;
}

/* The kernel keeps tables of the frames that processes share, which it makes when they are needed:
 * share a frame of each part of memory once. */
static void warm_up(void)
{
    int count = free_pages() / 4 * 3;
    char *memory = pages(count, MAP_PRIVATE);
    for (int i = 0; i < count; i++)
        memory[i * PAGE_BYTES] = 1;
    if (call(fork) == 0)
        leave(0);
    call(wait4, -1, 0, 0, 0);
    call(munmap, memory, count * PAGE_BYTES);
    stack_warm_up();
}

int attack(int argc, char **argv)
{
    warm_up();
    for (int i = 1; i < argc; i++)
        run_rounds(argv[i]);
    put("@finished\n");
    call(reboot, REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_POWER_OFF);
    return 1;
}
