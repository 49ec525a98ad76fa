/* clock.c: a program that any i386 Linux could run: what the vDSO's clocks show, and what it costs to ask them. Its
 * arguments are the places of __vdso_clock_gettime and __vdso_gettimeofday in the vDSO, in hexadecimal. It prints the
 * time of day, the instructions of each call (with a time stamp counter that counts instructions), and how far a clock
 * that should show the same as that counter is off after a sleep. */

typedef unsigned int word;
typedef long long wide;

#define AT_SYSINFO_EHDR 33
#define NR_EXIT 1
#define NR_WRITE 4
#define NR_NANOSLEEP 162
#define CALLS 1000
#define INTERRUPTED 400 /* more instructions than that, and it was not the call alone */

struct pair {
    int high, low;
};
typedef int function(word first, void *second);

static word call3(word number, word a, const void *b, word c)
{
    word result;
    __asm__ volatile("int $0x80" : "=a"(result) : "0"(number), "b"(a), "c"(b), "d"(c) : "memory");
    return result;
}

static void put(const char *text)
{
    word size = 0;

    while (text[size]) {
        size++;
    }
    call3(NR_WRITE, 1, text, size);
}

static void put_number(const char *name, int value)
{
    char text[12];
    char *at = text + sizeof text;
    word rest = value < 0 ? -(word)value : (word)value;

    put(name), put(" ");
    *--at = 0;
    do {
        *--at = '0' + rest % 10;
        rest /= 10;
    } while (rest);
    put(value < 0 ? "-" : ""), put(at), put("\n");
}

static word hex(const char *text)
{
    word value = 0;

    for (; *text; text++) {
        value = value * 16 + (word)(*text <= '9' ? *text - '0' : *text - 'a' + 10);
    }
    return value;
}

int nothing(word first, void *second); /* CALL and RET */
__asm__("nothing: ret");

/* The most that one of many calls takes, the call and the two readings of the counter around it. */
__attribute__((noipa)) static int cost(function *called, word first)
{
    struct pair result;
    word most = 0;

    for (int i = 0; i < CALLS; i++) {
        word begin = (word)__builtin_ia32_rdtsc();
        called(first, &result);
        word taken = (word)__builtin_ia32_rdtsc() - begin;
        most = taken > most && taken < INTERRUPTED ? taken : most;
    }
    return (int)most;
}

static wide nanoseconds(function *gettime, int id)
{
    struct pair now;

    gettime((word)id, &now);
    return now.high * 1000000000ll + now.low;
}

__attribute__((used)) static void begin(const word *stack)
{
    const char *const *argv = (const char *const *)(stack + 1);
    const char *const *end = argv + stack[0] + 1;
    const word *auxv;
    struct pair now, second = {0, 500000000};
    word vdso = 0;

    while (*end) {
        end++;
    }
    for (auxv = (const word *)(end + 1); auxv[0]; auxv += 2) {
        vdso = auxv[0] == AT_SYSINFO_EHDR ? auxv[1] : vdso;
    }
    function *gettime = (function *)(vdso + hex(argv[1])), *of_day = (function *)(vdso + hex(argv[2]));
    of_day((word)&now, 0);
    put_number("seconds", now.high);
    put_number("nothing", cost(nothing, 0));
    put_number("monotonic", cost(gettime, 1));
    put_number("realtime", cost(gettime, 0));
    for (int i = 0; i < 3; i++) {
        wide time = nanoseconds(gettime, 1);
        wide counter = (wide)__builtin_ia32_rdtsc();
        call3(NR_NANOSLEEP, (word)&second, 0, 0);
        time = nanoseconds(gettime, 1) - time;
        counter = (wide)__builtin_ia32_rdtsc() - counter;
        put_number("slept", (int)time);
        put_number("error", (int)(time - counter));
    }
    call3(NR_EXIT, 0, 0, 0);
}

__asm__(".globl _start\n_start: movl %esp, %eax\n\tpushl %eax\n\tcall begin\n\tud2");
