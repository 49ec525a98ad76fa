/* proc/start_stack.c: what a program finds on its stack (System V ABI i386 supplement, 3-28).
 *
 * Below the strings of proc/strings.c: the platform's name, 16 random bytes, and then, from a
 * multiple of 16 up: argc, the addresses of the arguments, NULL, those of the environment, NULL,
 * the auxiliary vector.
 */

#include "proc/start_stack.h"

#include "cpu/cpu.h"
#include "lib/lib.h"
#include "lib/random.h"
#include "mm/space.h"
#include "proc/elf.h"

/* As uname -m would say, from the family in the CPU's signature. */
static const char *platform(void)
{
    uint32_t family = cpu_features.signature >> 8 & 0xf;

    return family >= 6 ? "i686" : family == 5 ? "i586" : "i486";
}

static int put_bytes(struct start_stack *stack, const void *bytes, uint32_t size)
{
    stack->address -= size;
    return space_write(stack->space, stack->address, bytes, size);
}

static int put_random(struct start_stack *stack)
{
    uint32_t random[4];

    for (int i = 0; i < 4; i++) {
        random[i] = random_u32();
    }
    return put_bytes(stack, random, sizeof random);
}

/* Words from `at` up. */
struct words {
    struct space *space;
    uint32_t at;
    int error;
};

static void add(struct words *words, uint32_t word)
{
    if (words->error == 0) {
        words->error = space_write(words->space, words->at, &word, sizeof word);
        words->at += sizeof word;
    }
}

/* The address of the string behind the one at `address`. */
static uint32_t next_string(struct space *space, uint32_t address)
{
    char c = '\0';

    do {
        space_read(space, &c, address++, sizeof c);
    } while (c != '\0');
    return address;
}

/* The addresses of strings that lie one after the other, and NULL. */
static void add_strings(struct words *words, uint32_t address, uint32_t count)
{
    for (; count > 0; count--) {
        add(words, address);
        address = next_string(words->space, address);
    }
    add(words, 0);
}

#define AUXV_ENTRIES 20

int start_stack_finish(struct start_stack *stack, const struct elf_image *image)
{
    uint32_t sysinfo_addr = stack->space->sysinfo;
    uint32_t execfn_addr = stack->execfn_addr;
    int error = put_bytes(stack, platform(), sizeof "i686");
    uint32_t platform_addr = stack->address;
    error = error ? error : put_random(stack);
    uint32_t random_addr = stack->address;
    const uint32_t auxv[AUXV_ENTRIES][2] = {
        {AT_SYSINFO, sysinfo_addr},                    /* address of __kernel_vsyscall */
        {AT_SYSINFO_EHDR, page_down(sysinfo_addr)},    /* where the vDSO is, an ELF file */
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
    uint32_t count = 1 + stack->argument_count + 1 + stack->environment_count + 1;
    stack->address = (stack->address - count * sizeof(uint32_t) - sizeof auxv) & ~15u;
    struct words words = {stack->space, stack->address, error};

    add(&words, stack->argument_count);
    add_strings(&words, stack->argument_addr, stack->argument_count);
    add_strings(&words, stack->environment_addr, stack->environment_count);
    return words.error ? words.error : space_write(stack->space, words.at, auxv, sizeof auxv);
}
