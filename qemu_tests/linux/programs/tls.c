/* tls.c: set_thread_area gives a slot of the GDT, which belongs to the process. */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "raw.h"
#include "say.h"

enum { SET_THREAD_AREA = 243, GET_THREAD_AREA = 244 };

/* struct user_desc of the kernel: flags 0x51 are 32 bits, limit in pages, usable. */
struct area {
    unsigned int number, base, limit, flags;
};

static char memory[64] = "the first part of what FS points at";

static int set(struct area *area)
{
    return raw(SET_THREAD_AREA, (unsigned int)area, 0, 0, 0, 0, 0);
}

static char byte_of_fs(int offset)
{
    char byte;
    __asm__ volatile("movb %%fs:(%1), %0" : "=q"(byte) : "r"(offset));
    return byte;
}

static void load_fs(int selector)
{
    __asm__ volatile("movw %w0, %%fs" : : "r"(selector));
}

/* Use what an entry describes, in a child that it may kill. */
static void use(const char *what, unsigned int limit, unsigned int flags, int offset, int is_write)
{
    struct area area = {8, (unsigned int)memory, limit, flags}, found = {8, 0, 0, 0};
    int status = 0;
    say("%s: %d", what, set(&area));
    raw(GET_THREAD_AREA, (unsigned int)&found, 0, 0, 0, 0, 0);
    say(", %d %#x %#x", found.base == area.base, found.limit, found.flags);
    if (fork() == 0) {
        load_fs(8 * 8 + 3);
        if (is_write)
            __asm__ volatile("movb $'W', %%fs:(%0)" : : "r"(offset));
        _exit(byte_of_fs(offset));
    }
    wait(&status);
    say(", %#x\n", (unsigned int)status);
}

/* Flags: 1 is 32 bits, 2 and 4 the kind, 8 only to be read, 16 pages, 32 not there, 64 usable. */
static void kinds(void)
{
    use("pages", 0xfffff, 0x51, 1, 0);
    use("written", 0xfffff, 0x51, 1, 1);
    use("to be read", 0xfffff, 0x59, 1, 0);
    use("to be read, written", 0xfffff, 0x59, 1, 1);
    use("the last byte", 5, 0x41, 5, 0);
    use("behind the last byte", 5, 0x41, 6, 0);
    use("20 bits", 0x10005, 0x41, 5, 0);
    use("not usable", 0xfffff, 0x11, 1, 0);
    use("code", 0xfffff, 0x55, 1, 0);
    use("16 bits", 0xfffff, 0x50, 1, 0);
    use("not there", 0xfffff, 0x71, 1, 0);
    struct area empty = {8, 0, 0, 0x28};
    CHECK(set(&empty) == 0);
    struct area none = {8, 1, 1, 1};
    raw(GET_THREAD_AREA, (unsigned int)&none, 0, 0, 0, 0, 0);
    say("empty: %#x %#x %#x\n", none.base, none.limit, none.flags);
    none.number = 5;
    say("slot 5: %d\n", raw(GET_THREAD_AREA, (unsigned int)&none, 0, 0, 0, 0, 0));
    none.number = 9;
    say("slot 9: %d\n", raw(GET_THREAD_AREA, (unsigned int)&none, 0, 0, 0, 0, 0));
}

int main(int argc, char **argv)
{
    char *arguments[] = {argv[0], "after exec", NULL};
    if (argc == 2) {
        say("%s\n", argv[1]);
        return 3;
    }
    struct area area = {-1, (unsigned int)memory, 0xfffff, 0x51};
    struct area again = {0};
    int status = 0;
    CHECK(set(&area) == 0 && area.number >= 6 && area.number <= 8);
    again.number = area.number;
    CHECK(raw(GET_THREAD_AREA, (unsigned int)&again, 0, 0, 0, 0, 0) == 0);
    CHECK(again.base == area.base && again.limit == area.limit && again.flags == area.flags);
    load_fs((int)area.number * 8 + 3);
    say("%c%c%c\n", byte_of_fs(0), byte_of_fs(1), byte_of_fs(2));
    int child = fork();
    if (child == 0)
        _exit(byte_of_fs(4));
    waitpid(child, &status, 0);
    say("in the child: %c\n", status >> 8);
    area.base += 10;
    CHECK(set(&area) == 0);
    load_fs((int)area.number * 8 + 3);
    say("another base: %c\n", byte_of_fs(0));
    kinds();
    area.number = 5;
    say("slot 5: %d\n", set(&area));
    area.number = 9;
    say("slot 9: %d\n", set(&area));
    area.number = -1;
    while (set(&area) == 0)
        area.number = -1;
    say("no slot left: %d\n", set(&area));
    load_fs(0);
    child = fork();
    if (child == 0)
        _exit(byte_of_fs(0));
    waitpid(child, &status, 0);
    say("FS is 0: status %#x\n", status & 0xff7f);
    execv(argv[0], arguments); /* all slots are free again: the C library wants one */
    return 1;
}
