/*
 * runner.c: runs the programs of /tests/list one after the other and reports what each one did.
 *
 * It is /init of an initial RAM disk that boots on Debian's kernel and on tinygate's alike. It has
 * no C library, and asks for as few calls as it can: exit fork read write open close execve chdir
 * mkdir dup2 wait4, then reboot (and kill, whose failure does no harm). All go by int 0x80.
 *
 * /tests/list has a line for each property of a program; "run" ends its description:
 *
 *     test NAME          letters, digits, . _ -
 *     arg TEXT           argv[0], argv[1], ...; argv[0] is the file as well
 *     env NAME=VALUE
 *     stdin PATH
 *     run
 *
 * Each program runs in a new folder /tmp/NAME. Its output goes to files, not to pipes: nothing need
 * be read while it runs. Bytes are reported as hexadecimal digits:
 *
 *     @begin NAME
 *     @out 68656c6c6f0a
 *     @err 6f68
 *     @end NAME exit=0 out=6 err=2       or signal=11 in place of exit=0
 *     @finished 1                        how many programs there were
 */

#include "runner_io.h"

#define LIST_BYTES (64 * 1024)
#define WORDS 64
#define BYTES_A_LINE 40

enum { O_RDONLY = 0, O_WRONLY = 1, O_CREAT = 0100, O_TRUNC = 01000 };
enum { SIGKILL = 9, EXIT_NO_EXEC = 127 };
enum { REBOOT_MAGIC1 = 0xfee1dead, REBOOT_MAGIC2 = 672274793, REBOOT_POWER_OFF = 0x4321fedc };

static const char OUT_PATH[] = "/tests/out";
static const char ERR_PATH[] = "/tests/err";

/* One program of the list. */
struct test {
    const char *name;
    const char *stdin_path;
    char *argv[WORDS + 1];
    char *envp[WORDS + 1];
    int arguments;
    int variables;
};

static char list[LIST_BYTES + 1];

static int open_file(const char *path, int flags)
{
    return call(NR_open, (unsigned int)path, flags, 0644, 0);
}

static int same(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static void power_off(void)
{
    call(NR_reboot, REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_POWER_OFF, 0);
    call(NR_exit, 0, 0, 0, 0);
}

/* Give up: something that the runner itself needs does not work. */
static void fail(const char *what, const char *path, int error)
{
    put_text("@failed ");
    put_text(what);
    put_text(" ");
    put_text(path);
    put_text(" ");
    put_number(-error);
    end_line(1);
    power_off();
}

/* Reads a whole file into `buffer`; its length. */
static int read_file(const char *path, char *buffer, int size)
{
    int fd = open_file(path, O_RDONLY);
    int length = 0;
    if (fd < 0)
        fail("open", path, fd);
    while (length < size) {
        int got = call(NR_read, fd, (unsigned int)(buffer + length), size - length, 0);
        if (got < 0)
            fail("read", path, got);
        if (got == 0)
            break;
        length += got;
    }
    call(NR_close, fd, 0, 0, 0);
    return length;
}

/* Reports the content of a file, lines of `mark` and digits; how many bytes there were. */
static int report_file(const char *mark, const char *path)
{
    unsigned char bytes[BYTES_A_LINE];
    int fd = open_file(path, O_RDONLY);
    int total = 0;
    int got;
    if (fd < 0)
        fail("open", path, fd);
    while ((got = call(NR_read, fd, (unsigned int)bytes, sizeof bytes, 0)) > 0) {
        put_text(mark);
        for (int i = 0; i < got; i++)
            put_byte(bytes[i]);
        end_line(1);
        total += got;
    }
    if (got < 0)
        fail("read", path, got);
    call(NR_close, fd, 0, 0, 0);
    return total;
}

static void move_fd(const char *path, int flags, int wanted)
{
    int fd = open_file(path, flags);
    if (fd < 0)
        fail("open", path, fd);
    if (fd != wanted) {
        call(NR_dup2, fd, wanted, 0, 0);
        call(NR_close, fd, 0, 0, 0);
    }
}

/* In the child: becomes the program. */
static void become(struct test *test, const char *folder)
{
    move_fd(test->stdin_path, O_RDONLY, 0);
    move_fd(ERR_PATH, O_WRONLY, 2);
    int error = call(NR_chdir, (unsigned int)folder, 0, 0, 0);
    if (error < 0)
        fail("chdir", folder, error);
    move_fd(OUT_PATH, O_WRONLY, 1);
    error = call(NR_execve, (unsigned int)test->argv[0], (unsigned int)test->argv,
                 (unsigned int)test->envp, 0);
    put_text("runner: execve gave -");
    put_number(-error);
    end_line(2);
    call(NR_exit, EXIT_NO_EXEC, 0, 0, 0);
}

static void make_empty(const char *path)
{
    int fd = open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (fd < 0)
        fail("create", path, fd);
    call(NR_close, fd, 0, 0, 0);
}

/* Waits for `child`; those that it left behind come to us, and are ended. */
static int wait_for(int child)
{
    int status = 0;
    int ended;
    while ((ended = call(NR_wait4, -1, (unsigned int)&status, 0, 0)) != child)
        if (ended < 0)
            fail("wait4", "", ended);
    call(NR_kill, -1, SIGKILL, 0, 0);
    while (call(NR_wait4, -1, 0, 0, 0) > 0)
        ;
    return status;
}

static void run(struct test *test)
{
    char folder[128] = "/tmp/";
    for (int i = 0; i <= length_of(test->name) && i < 100; i++)
        folder[5 + i] = test->name[i];
    put_text("@begin ");
    put_text(test->name);
    end_line(1);
    test->argv[test->arguments] = 0;
    test->envp[test->variables] = 0;
    make_empty(OUT_PATH);
    make_empty(ERR_PATH);
    int error = call(NR_mkdir, (unsigned int)folder, 0755, 0, 0);
    if (error < 0)
        fail("mkdir", folder, error);
    int child = call(NR_fork, 0, 0, 0, 0);
    if (child < 0)
        fail("fork", test->name, child);
    if (child == 0)
        become(test, folder);
    int status = wait_for(child);
    int out = report_file("@out ", OUT_PATH);
    int err = report_file("@err ", ERR_PATH);
    put_text("@end ");
    put_text(test->name);
    put_text(status & 0x7f ? " signal=" : " exit=");
    put_number(status & 0x7f ? status & 0x7f : status >> 8 & 0xff);
    put_text(" out=");
    put_number(out);
    put_text(" err=");
    put_number(err);
    end_line(1);
}

/* Takes one line of the list; 1 if it was "run". */
static int take(struct test *test, char *text)
{
    char *value = text;
    while (*value && *value != ' ')
        value++;
    if (*value)
        *value++ = 0;
    if (same(text, "test")) {
        test->name = value;
        test->arguments = 0;
        test->variables = 0;
    } else if (same(text, "arg") && test->arguments < WORDS) {
        test->argv[test->arguments++] = value;
    } else if (same(text, "env") && test->variables < WORDS) {
        test->envp[test->variables++] = value;
    } else if (same(text, "stdin")) {
        test->stdin_path = value;
    } else if (same(text, "run")) {
        run(test);
        return 1;
    } else {
        fail("line", text, 0);
    }
    return 0;
}

static void run_all(void)
{
    static struct test test;
    int programs = 0;
    int length = read_file("/tests/list", list, LIST_BYTES + 1);
    if (length > LIST_BYTES)
        fail("size", "/tests/list", 0);
    list[length] = 0;
    for (char *text = list; *text;) {
        char *end = text;
        while (*end && *end != '\n')
            end++;
        char *next = *end ? end + 1 : end;
        *end = 0;
        programs += take(&test, text);
        text = next;
    }
    put_text("@finished ");
    put_number(programs);
    end_line(1);
    power_off();
}

/* The stack is aligned as a call would have left it. */
__asm__(".globl _start\n"
        "_start:\n"
        "    xorl %ebp, %ebp\n"
        "    andl $-16, %esp\n"
        "    call start\n");

__attribute__((used)) void start(void)
{
    run_all();
}
