/* proc/start_stack.c: what a program finds on its stack (System V ABI i386 supplement, 3-28).
 *
 * From the top of the stack down: strings, 16 random bytes, and then, from a multiple of 16 up:
 * argc, the addresses of the arguments, NULL, those of the environment, NULL, the auxiliary vector.
 * All of it fits the top page of the stack; the builder refuses strings that are too long.
 */

#include "cpu/cpu.h"
#include "lib/lib.h"
#include "lib/random.h"
#include "proc/arguments.h"
#include "proc/elf.h"
#include "proc/process.h"

struct builder {
    uint8_t *page;    /* the top page of the stack, as the kernel sees it */
    uint32_t address; /* what lies from here on, as the program sees it, is taken */
};

static uint32_t put_bytes(struct builder *stack, const void *bytes, size_t size)
{
    stack->address -= size;
    memcpy(stack->page + stack->address % PAGE_SIZE, bytes, size);
    return stack->address;
}

static uint32_t put_string(struct builder *stack, const char *string)
{
    size_t size = 0;

    while (string[size++] != '\0') {
    }
    return put_bytes(stack, string, size);
}

/* As uname -m would say, from the family in the CPU's signature. */
static const char *platform(void)
{
    uint32_t family = cpu_features.signature >> 8 & 0xf;

    return family >= 6 ? "i686" : family == 5 ? "i586" : "i486";
}

static uint32_t put_random(struct builder *stack)
{
    uint32_t random[4];

    for (int i = 0; i < 4; i++) {
        random[i] = random_u32();
    }
    return put_bytes(stack, random, sizeof random);
}

#define AUXV_ENTRIES 19

/* argc, the arguments and NULL, the environment and NULL, the auxiliary vector. */
struct words {
    uint32_t word[1 + (1 + MAX_STRINGS + 1) + (MAX_STRINGS + 1) + 2 * AUXV_ENTRIES];
    uint32_t count;
};

static void add(struct words *words, uint32_t word)
{
    words->word[words->count++] = word;
}

/* The addresses of strings, and NULL. */
static void add_strings(struct words *words, struct builder *stack, const char *const *strings)
{
    for (; *strings; strings++) {
        add(words, put_string(stack, *strings));
    }
    add(words, 0);
}

static void add_auxv(struct words *words, const struct process *process,
                     const struct elf_image *image, struct builder *stack, uint32_t execfn_addr)
{
    uint32_t sysinfo_addr = process->sysinfo;
    uint32_t platform_addr = put_string(stack, platform());
    uint32_t random_addr = put_random(stack);
    const uint32_t auxv[][2] = {
        {AT_SYSINFO, sysinfo_addr},                    /* address of __kernel_vsyscall */
        {AT_HWCAP, cpu_features.leaf1_edx},            /* feature bits of CPUID leaf 1, EDX */
        {AT_PAGESZ, PAGE_SIZE},                        /* bytes in a page */
        {AT_CLKTCK, TIMER_HZ},                         /* ticks a second that times() counts */
        {AT_PHDR, image->phdr_addr},                   /* where the program headers lie in memory */
        {AT_PHENT, sizeof(struct elf_program_header)}, /* size of one program header */
        {AT_PHNUM, image->phdr_count},                 /* how many there are */
        {AT_BASE, 0},                                  /* of the dynamic linker: there is none */
        {AT_FLAGS, 0},                                 /* no flags are defined */
        {AT_ENTRY, image->entry_addr},                 /* the program's entry point */
        {AT_UID, 0},                                   /* user and group identities: all root */
        {AT_EUID, 0},
        {AT_GID, 0},
        {AT_EGID, 0},
        {AT_SECURE, 0},                                /* the program is not set-user-ID */
        {AT_RANDOM, random_addr},                      /* address of 16 random bytes */
        {AT_EXECFN, execfn_addr},                      /* address of the program's file name */
        {AT_PLATFORM, platform_addr},                  /* address of "i486", "i586" or "i686" */
        {AT_NULL, 0},                                  /* end of the vector */
    };

    for (uint32_t i = 0; i < sizeof auxv / sizeof auxv[0]; i++) {
        add(words, auxv[i][0]);
        add(words, auxv[i][1]);
    }
}

uint32_t start_stack_build(struct process *process, const char *name, const struct elf_image *image,
                           void *stack_page)
{
    /* Too large for a kernel stack; only the first CPU starts programs. */
    static struct words words;
    /* Linux leaves a word of 0 at the top too. */
    struct builder stack = {stack_page, USER_TOP - sizeof(uint32_t)};

    words.count = 0;
    uint32_t execfn_addr = put_string(&stack, name);
    add(&words, 1 + program_argument_count);
    add(&words, execfn_addr);
    add_strings(&words, &stack, program_arguments);
    add_strings(&words, &stack, program_environment);
    add_auxv(&words, process, image, &stack, execfn_addr);

    uint32_t size = words.count * sizeof(uint32_t);
    stack.address = (stack.address - size) & ~15u;
    memcpy(stack.page + stack.address % PAGE_SIZE, words.word, size);
    return stack.address;
}
