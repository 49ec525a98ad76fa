/* exec_probe.c: a program without a C library, for the tests of `tinygate exec`: does what its first
 * argument says. */

#include <stddef.h>

#define AT_SYSINFO 32
#define NR_EXIT 1
#define NR_FORK 2
#define NR_READ 3
#define NR_WRITE 4
#define NR_WAITPID 7
#define NR_EXECVE 11
#define NR_GETPID 20
#define NR_PAUSE 29
#define NR_KILL 37
#define NR_IOCTL 54
#define NR_GETPPID 64
#define NR_FCNTL 55
#define NR_MREMAP 163
#define NR_POLL 168
#define NR_RT_SIGACTION 174
#define NR_FSTAT64 197
#define F_SETFL 4
#define O_NONBLOCK 0x800
#define TCGETS 0x5401
#define TIOCGWINSZ 0x5413
#define SIGWINCH 28
#define PAGE_SIZE 4096ul
#define MREMAP_MAYMOVE 1
#define MREMAP_FIXED 2
#define MOVED_TO 0x20000000
#define STAT_MODE 4 /* of struct stat64, in words */

static char buffer[1 << 16];

static long call(long number, long a, long b, long c, long d)
{
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d)
                     : "memory");
    return result;
}

static size_t length(const char *text)
{
    size_t size = 0;

    while (text[size]) {
        size++;
    }
    return size;
}

static int equal(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static long write_all(int fd, const char *from, size_t size)
{
    while (size > 0) {
        long done = call(NR_WRITE, fd, (long)from, (long)size, 0);
        if (done < 0) {
            return done;
        }
        from += done;
        size -= (size_t)done;
    }
    return 0;
}

static void say(const char *text)
{
    write_all(1, text, length(text));
}

static void say_number(long number)
{
    char digits[12];
    int at = sizeof digits;
    unsigned long rest = number < 0 ? -(unsigned long)number : (unsigned long)number;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (number < 0) {
        digits[--at] = '-';
    }
    write_all(1, digits + at, sizeof digits - (size_t)at);
    say(" ");
}

static long number_of(const char *text)
{
    long number = 0;

    while (*text) {
        number = number * 10 + *text++ - '0';
    }
    return number;
}

/* Each string with the 0 at its end. */
static void show_strings(char **strings)
{
    for (; *strings; strings++) {
        write_all(1, *strings, length(*strings) + 1);
    }
}

static long cat(long left)
{
    while (left != 0) {
        long most = left > 0 && left < (long)sizeof buffer ? left : (long)sizeof buffer;
        long size = call(NR_READ, 0, (long)buffer, most, 0);
        if (size <= 0) {
            return -size;
        }
        long error = write_all(1, buffer, (size_t)size);
        if (error) {
            return -error;
        }
        left -= left > 0 ? size : 0;
    }
    return 0;
}

/* What the three descriptors are: mode, and what a terminal says. */
static void show_kinds(void)
{
    unsigned int stat[24], termios[16];

    for (int fd = 0; fd < 3; fd++) {
        call(NR_FSTAT64, fd, (long)stat, 0, 0);
        say_number(stat[STAT_MODE] >> 12);
        say_number(call(NR_IOCTL, fd, TCGETS, (long)termios, 0));
    }
    say("\n");
}

static void show_size(void)
{
    unsigned short size[4] = {0, 0, 0, 0};

    call(NR_IOCTL, 1, TIOCGWINSZ, (long)size, 0);
    say_number(size[0]);
    say_number(size[1]);
    say("\n");
}

static void handler(int signal)
{
    (void)signal;
    show_size();
    call(NR_EXIT, 0, 0, 0, 0); /* it may come before pause() */
}

/* Ready for input? Then a read() that does not wait. */
static void show_ready(void)
{
    struct {
        int fd;
        short events, ready;
    } poll = {0, 1, 0};

    say_number(call(NR_POLL, (long)&poll, 1, 0, 0));
    call(NR_FCNTL, 0, F_SETFL, O_NONBLOCK, 0);
    say_number(call(NR_READ, 0, (long)buffer, sizeof buffer, 0));
    say("\n");
}

/* The address that AT_SYSINFO is: of __kernel_vsyscall. */
static unsigned long sysinfo_of(char **environment)
{
    while (*environment) {
        environment++;
    }
    const unsigned long *entry = (unsigned long *)(environment + 1);
    while (entry[0] && entry[0] != AT_SYSINFO) {
        entry += 2;
    }
    return entry[0] ? entry[1] : 0;
}

static long call_by(const unsigned long *sysinfo, long number, long a, long b, long c, long d,
                    long e)
{
    long result;
    __asm__ volatile("call *%1"
                     : "=a"(result)
                     : "m"(*sysinfo), "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                     : "memory");
    return result;
}

/* The page moves while a call is made by it, which comes back where the page is then. */
static int move_page(unsigned long sysinfo)
{
    const unsigned long page = sysinfo & ~(PAGE_SIZE - 1), moved = sysinfo - page + MOVED_TO;
    long result = call_by(&sysinfo, NR_MREMAP, (long)page, PAGE_SIZE, PAGE_SIZE,
                          MREMAP_MAYMOVE | MREMAP_FIXED, MOVED_TO);

    if (result != MOVED_TO) {
        return 1;
    }
    return call_by(&moved, NR_GETPID, 0, 0, 0, 0, 0) != call(NR_GETPID, 0, 0, 0, 0);
}

/* Copied first: a page above the kernel is nothing that write() takes. */
static void show_bytes(const char *from)
{
    for (int i = 0; i < 16; i++) {
        buffer[i] = from[i];
    }
    write_all(1, buffer, 16);
}

static void call_by_both_gates(unsigned long page)
{
    long result = NR_GETPID;

    call(NR_GETPID, 0, 0, 0, 0);
    __asm__ volatile("call *%1" : "+a"(result) : "r"(page) : "memory");
}

static void on_resize(void)
{
    struct {
        void (*handler)(int);
        unsigned long flags, restorer, mask[2];
    } action = {handler, 0, 0, {0, 0}};

    call(NR_RT_SIGACTION, SIGWINCH, (long)&action, 0, 8);
    say("waiting\n");
    call(NR_PAUSE, 0, 0, 0, 0);
}

/* A child ends before its own child: who waits for that one? */
static void show_family(void)
{
    say_number(call(NR_GETPPID, 0, 0, 0, 0) > 0);
    long child = call(NR_FORK, 0, 0, 0, 0);
    if (child == 0) {
        if (call(NR_FORK, 0, 0, 0, 0) == 0) {
            while (call(NR_GETPPID, 0, 0, 0, 0) != 1) {
            }
        }
        call(NR_EXIT, 7, 0, 0, 0);
    }
    say_number(call(NR_WAITPID, -1, 0, 0, 0) == child);
    say_number(call(NR_WAITPID, -1, 0, 0, 0));
    say_number(call(NR_KILL, 1, 0, 0, 0));
    say_number(call(NR_KILL, 1, 9, 0, 0));
}

static void touch(long mebibytes)
{
    static char memory[256 << 20];

    for (long i = 0; i < mebibytes << 20; i += 4096) {
        __asm__ volatile("movb $1, %0" : "=m"(memory[i]));
    }
}

/* What three calls of write() return, one byte to each descriptor; the status says it, in octal: 0
 * for a byte written, else the place of its error in `errors`. */
static long write_once(void)
{
    static const long errors[] = {1, -9, -28, -32}; /* written, EBADF, ENOSPC, EPIPE */
    long status = 0;

    for (int fd = 0; fd < 3; fd++) {
        long result = call(NR_WRITE, fd, (long)"x", 1, 0);
        long known = 0;
        while (known < 4 && errors[known] != result) {
            known++;
        }
        status = status * 8 + known;
    }
    return status;
}

/* A child with the same program does what the other words say, and how it ends is how this one does,
 * as a shell tells it. */
static long start_child(char **arguments, char **environment)
{
    int status = 0;
    long child = call(NR_FORK, 0, 0, 0, 0);

    if (child == 0) {
        call(NR_EXECVE, (long)arguments[-2], (long)(arguments - 1), (long)environment, 0);
    }
    call(NR_WAITPID, child, (long)&status, 0, 0);
    return status & 0x7f ? 128 + (status & 0x7f) : status >> 8;
}

static long act(const char *word, char **arguments, char **environment)
{
    long number = *arguments ? number_of(*arguments) : 0;

    if (equal(word, "exit")) {
        return number;
    } else if (equal(word, "strings")) {
        show_strings(arguments - 2);
        show_strings(environment);
    } else if (equal(word, "cat")) {
        return cat(*arguments ? number : -1);
    } else if (equal(word, "ask")) {
        say("ready\n");
        return cat(-1);
    } else if (equal(word, "spam")) {
        long error = 0;
        while (error == 0) {
            error = write_all(1, buffer, sizeof buffer);
        }
        return -error;
    } else if (equal(word, "kinds")) {
        show_kinds();
    } else if (equal(word, "size")) {
        show_size();
    } else if (equal(word, "resize")) {
        on_resize();
    } else if (equal(word, "ready")) {
        show_ready();
    } else if (equal(word, "kill")) {
        call(NR_KILL, call(NR_GETPID, 0, 0, 0, 0), number, 0, 0);
    } else if (equal(word, "crash")) {
        __asm__ volatile("movb $0, 8" : : : "memory");
    } else if (equal(word, "sse2")) {
        __asm__ volatile("paddq %xmm0, %xmm0"); /* of SSE2: SSE has no such paddq */
    } else if (equal(word, "ssse3")) {
        __asm__ volatile("pshufb %xmm1, %xmm0");
    } else if (equal(word, "avx")) {
        __asm__ volatile("vaddps %ymm1, %ymm0, %ymm0");
    } else if (equal(word, "illegal")) {
        __asm__ volatile("ud2");
    } else if (equal(word, "child")) {
        return start_child(arguments, environment);
    } else if (equal(word, "family")) {
        show_family();
    } else if (equal(word, "pause")) {
        say("waiting\n");
        call(NR_PAUSE, 0, 0, 0, 0);
    } else if (equal(word, "once")) {
        return write_once();
    } else if (equal(word, "turns")) {
        for (int i = 0; i < 50; i++) {
            write_all(1 + i % 2, i % 2 ? "b" : "a", 1);
        }
    } else if (equal(word, "gates")) {
        call_by_both_gates(sysinfo_of(environment));
    } else if (equal(word, "page")) {
        show_bytes((const char *)sysinfo_of(environment));
    } else if (equal(word, "move")) {
        return move_page(sysinfo_of(environment));
    } else if (equal(word, "touch")) {
        touch(number);
    } else {
        say("hello\n");
    }
    return 0;
}

__attribute__((used)) static void start(char **stack)
{
    char **arguments = stack + 1;
    long count = (long)stack[0];
    const char *word = count > 1 ? arguments[1] : "";
    long status = act(word, count > 2 ? arguments + 2 : arguments + count, arguments + count + 1);

    call(NR_EXIT, status, 0, 0, 0);
}

__asm__(".globl _start\n_start:\n\tmovl %esp, %eax\n\tandl $-16, %esp\n\tsubl $12, %esp\n\t"
        "pushl %eax\n\tcall start\n");
