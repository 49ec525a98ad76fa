/* page.c: a program that any i386 Linux could run: prints its arguments and environment, where its vsyscall page
 * is, and the first bytes of that page. It makes its system calls by way of the page. */

typedef unsigned int word;

#define AT_SYSINFO 32
#define SHOWN_BYTES 16

static word gate;

static word call3(word number, word a, const void *b, word c)
{
    word result;
    __asm__ volatile("call *%1" : "=a"(result) : "m"(gate), "0"(number), "b"(a), "c"(b), "d"(c) : "memory");
    return result;
}

static void put(const char *text)
{
    word size = 0;

    while (text[size]) {
        size++;
    }
    call3(4, 1, text, size);
}

static void put_hex(word value, int digits)
{
    char text[9];

    text[digits] = 0;
    while (digits-- > 0) {
        text[digits] = "0123456789abcdef"[value & 15];
        value >>= 4;
    }
    put(text);
}

__attribute__((used)) static void begin(const word *stack)
{
    const char *const *argv = (const char *const *)(stack + 1);
    const char *const *envp = argv + stack[0] + 1;
    const char *const *end = envp;
    const word *auxv;

    while (*end) {
        end++;
    }
    for (auxv = (const word *)(end + 1); auxv[0]; auxv += 2) {
        gate = auxv[0] == AT_SYSINFO ? auxv[1] : gate;
    }
    for (; *argv; argv++) {
        put("argument <"), put(*argv), put(">\n");
    }
    for (; *envp; envp++) {
        put("environment <"), put(*envp), put(">\n");
    }
    put("page "), put_hex(gate, 8), put("\nstub ");
    for (word i = 0; i < SHOWN_BYTES; i++) {
        put_hex(((const unsigned char *)gate)[i], 2);
    }
    put("\n");
    call3(1, 0, 0, 0);
}

__asm__(".globl _start\n_start: movl %esp, %eax\n\tpushl %eax\n\tcall begin\n\tud2");
