/* attack.h: what the attacks share: system calls without a C library, and checks. */
#ifndef ATTACK_H
#define ATTACK_H

typedef unsigned int u32;

enum {
    NR_exit = 1,
    NR_fork = 2,
    NR_read = 3,
    NR_write = 4,
    NR_open = 5,
    NR_close = 6,
    NR_unlink = 10,
    NR_execve = 11,
    NR_chdir = 12,
    NR_mknod = 14,
    NR_lseek = 19,
    NR_getpid = 20,
    NR_alarm = 27,
    NR_pause = 29,
    NR_kill = 37,
    NR_rename = 38,
    NR_mkdir = 39,
    NR_rmdir = 40,
    NR_dup = 41,
    NR_pipe = 42,
    NR_brk = 45,
    NR_ioctl = 54,
    NR_setpgid = 57,
    NR_dup2 = 63,
    NR_setsid = 66,
    NR_symlink = 83,
    NR_reboot = 88,
    NR_ftruncate = 93,
    NR_munmap = 91,
    NR_setitimer = 104,
    NR_wait4 = 114,
    NR_sysinfo = 116,
    NR_sigreturn = 119,
    NR_clone = 120,
    NR_mprotect = 125,
    NR_poll = 168,
    NR_nanosleep = 162,
    NR_mremap = 163,
    NR_rt_sigreturn = 173,
    NR_rt_sigaction = 174,
    NR_rt_sigprocmask = 175,
    NR_rt_sigsuspend = 179,
    NR_getcwd = 183,
    NR_sigaltstack = 186,
    NR_vfork = 190,
    NR_mmap2 = 192,
    NR_getdents64 = 220,
    NR_gettid = 224,
    NR_futex = 240,
    NR_set_thread_area = 243,
    NR_exit_group = 252,
    NR_tgkill = 270,
    NR_pipe2 = 331,
};

enum {
    EPERM = 1,
    ENOENT = 2,
    ESRCH = 3,
    EINTR = 4,
    EBADF = 9,
    ECHILD = 10,
    EAGAIN = 11,
    ENOMEM = 12
};
enum { EFAULT = 14, EINVAL = 22, EMFILE = 24, ENOSPC = 28, EPIPE = 32 };
enum {
    SIGINT = 2,
    SIGILL = 4,
    SIGKILL = 9,
    SIGUSR1 = 10,
    SIGSEGV = 11,
    SIGUSR2 = 12,
    SIGPIPE = 13
};
enum { SIGALRM = 14, SIGTERM = 15, SIGCHLD = 17, SIGCONT = 18, SIGSTOP = 19, SIGRTMIN = 34 };
enum { SIG_DFL = 0, SIG_IGN = 1, SIG_BLOCK = 0, SIG_UNBLOCK = 1, SIG_SETMASK = 2 };
enum { SA_SIGINFO = 4, SA_ONSTACK = 0x08000000, SA_RESTART = 0x10000000, SA_NODEFER = 0x40000000 };
enum {
    O_RDONLY = 0,
    O_WRONLY = 1,
    O_RDWR = 2,
    O_CREAT = 0100,
    O_TRUNC = 01000,
    O_NONBLOCK = 04000
};
enum { PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4 };
enum { MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_FIXED = 16, MAP_ANONYMOUS = 32, MREMAP_MAYMOVE = 1 };
enum { CLONE_VM = 0x100, CLONE_FS = 0x200, CLONE_FILES = 0x400, CLONE_SIGHAND = 0x800 };
enum { CLONE_VFORK = 0x4000, CLONE_THREAD = 0x10000, CLONE_CHILD_CLEARTID = 0x200000 };
enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1, FUTEX_REQUEUE = 3, WNOHANG = 1, WUNTRACED = 2 };
enum { PAGE_BYTES = 4096 };

struct sigaction {
    u32 handler, flags, restorer, mask[2];
};

struct timespec {
    int seconds, nanoseconds;
};

struct sysinfo {
    u32 uptime, loads[3], total, free, shared, unused[9];
};

static inline int call6(int number, u32 a, u32 b, u32 c, u32 d, u32 e, u32 f)
{
    u32 words[] = {(u32)number, f};
    int result;
    __asm__ volatile("pushl %%ebp\n\t"
                     "movl 4(%%eax), %%ebp\n\t"
                     "movl (%%eax), %%eax\n\t"
                     "int $0x80\n\t"
                     "popl %%ebp"
                     : "=a"(result)
                     : "0"(words), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                     : "memory", "cc");
    return result;
}

/* The child uses the parent's stack: what the parent still needs must not lie there. */
static inline __attribute__((always_inline)) int vfork(void)
{
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "0"(NR_vfork) : "memory", "cc");
    return result;
}

#define CALL_7(number, a, b, c, d, e, f, ...)                                                      \
    call6(NR_##number, (u32)(a), (u32)(b), (u32)(c), (u32)(d), (u32)(e), (u32)(f))
#define call(...) CALL_7(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

static inline u32 text_length(const char *text)
{
    u32 length = 0;
    while (text[length])
        length++;
    return length;
}

static inline void put(const char *text)
{
    call(write, 1, text, text_length(text));
}

static inline void put_number(int number)
{
    char digits[16];
    u32 value = number < 0 ? -(u32)number : (u32)number;
    int at = sizeof digits - 1;
    digits[at] = 0;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    if (number < 0)
        digits[--at] = '-';
    put(digits + at);
}

static inline _Noreturn void leave(int status)
{
    for (;;)
        call(exit_group, status);
}

/* An attack that finds something wrong says where, and fails. */
static inline void check_at(int line, int value, int right)
{
    if (right)
        return;
    put("# line ");
    put_number(line);
    put(": ");
    put_number(value);
    put("\n");
    leave(1);
}

#define check(condition) check_at(__LINE__, 0, condition)
#define check_is(value, wanted)                                                                    \
    do {                                                                                           \
        int value_ = (int)(value);                                                                 \
        check_at(__LINE__, value_, value_ == (int)(wanted));                                       \
    } while (0)

static inline void sleep_ms(int ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    call(nanosleep, &time, 0);
}

static inline void *pages(u32 count, int kind)
{
    return (void *)call(mmap2, 0, count * PAGE_BYTES, PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS,
                        -1, 0);
}

static inline int handle(int signal, void (*handler)(int), u32 flags)
{
    struct sigaction action = {(u32)handler, flags, 0, {0, 0}};
    return call(rt_sigaction, signal, &action, 0, 8);
}

/* The wait status of a child. */
static inline int wait_for(int pid)
{
    int status = -1;
    int result;
    while ((result = call(wait4, pid, &status, 0, 0)) == -EINTR)
        ;
    check_is(result, pid);
    return status;
}

/* A thread: runs function(argument) on its own stack; the word at `running` is 0 when it ends. */
static inline int thread(void (*function)(void *), void *argument, void *stack_end, int *running)
{
    u32 *stack = (u32 *)stack_end - 2;
    int result;
    stack[0] = (u32)function;
    stack[1] = (u32)argument;
    *running = 1;
    __asm__ volatile("int $0x80\n\t"
                     "testl %%eax, %%eax\n\t"
                     "jnz 1f\n\t"
                     "popl %%eax\n\t"
                     "call *%%eax\n\t"
                     "movl $1, %%eax\n\t"
                     "xorl %%ebx, %%ebx\n\t"
                     "int $0x80\n"
                     "1:"
                     : "=a"(result)
                     : "0"(NR_clone),
                       "b"(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                           CLONE_CHILD_CLEARTID),
                       "c"(stack), "d"(0), "S"(0), "D"(running)
                     : "memory", "cc");
    if (result < 0)
        *running = 0;
    return result;
}

static inline void join(volatile int *running)
{
    while (*running)
        call(futex, running, FUTEX_WAIT, 1, 0);
}

static u32 random_state = 1;

static inline u32 random_number(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

/* Every attack brings this; `stack` is argc, argv, NULL, envp, ... */
int attack(int argc, char **argv);

__asm__(".globl _start\n"
        "_start:\n"
        "    xorl %ebp, %ebp\n"
        "    movl %esp, %eax\n"
        "    andl $-16, %esp\n"
        "    pushl %eax\n"
        "    call start\n");

__attribute__((used)) static void start(u32 *stack)
{
    leave(attack((int)stack[0], (char **)(stack + 1)));
}

#endif
