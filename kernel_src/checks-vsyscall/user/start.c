/* user/start.c: what a program finds at its start (System V ABI i386, 3-26 to 3-30). */

#include "lib/lib.h"
#include "user/include/checks.h"
#include "user/include/page.h"
#include "user/include/start.h"
#include "user/start_table.h"

#define RANDOM_BYTES 16
#define PROGRAM_HEADER_BYTES 32
#define SEGMENT_LOAD 1

/* user/start_entry.asm: the registers at the first instruction, before anything changed them. */
extern const struct registers start_registers;
void start_checked(void);

/* Linux's, today: with SYSENTER, and without. */
static const uint8_t page_sysenter[STUB_BYTES] = {0x51, 0x52, 0x55, 0x89, 0xe5, 0x0f, 0x34,
                                                  0xcd, 0x80, 0x5d, 0x5a, 0x59, 0xc3};
static const uint8_t page_int80[STUB_BYTES] = {0x51, 0x52, 0x55, 0x8d, 0x74, 0x26, 0x00,
                                               0xcd, 0x80, 0x5d, 0x5a, 0x59, 0xc3};

struct identity {
    uint32_t signature, features;
    char vendor[12];
};

/* Asked here once more, and not of the kernel, whose word is what is being checked. */
static struct identity identify(void)
{
    struct identity cpu = {0};
    uint32_t flags, leaves, ebx, ecx;

    __asm__ volatile("pushfl\n\tpushfl\n\txorl %1, (%%esp)\n\tpopfl\n\t"
                     "pushfl\n\tpopl %0\n\txorl (%%esp), %0\n\tpopfl"
                     : "=&r"(flags)
                     : "i"(EFLAGS_ID)
                     : "cc");
    if ((flags & EFLAGS_ID) == 0) {
        return cpu;
    }
    __asm__ volatile("cpuid"
                     : "=a"(leaves), "=b"(*(uint32_t *)&cpu.vendor[0]),
                       "=d"(*(uint32_t *)&cpu.vendor[4]), "=c"(*(uint32_t *)&cpu.vendor[8])
                     : "a"(0), "c"(0));
    if (leaves >= 1) {
        __asm__ volatile("cpuid"
                         : "=a"(cpu.signature), "=b"(ebx), "=c"(ecx), "=d"(cpu.features)
                         : "a"(1), "c"(0));
    }
    return cpu;
}

static int same(const void *a, const void *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (((const uint8_t *)a)[i] != ((const uint8_t *)b)[i]) {
            return 0;
        }
    }
    return 1;
}

/* SDM 2B, SYSENTER: in family 6, not before model 3, stepping 3. */
static int has_sysenter(const struct identity *cpu)
{
    uint32_t family = cpu->signature >> 8 & 15, model = cpu->signature >> 4 & 15,
             stepping = cpu->signature & 15;
    int false_claim = family == 6 && (model < 3 || (model == 3 && stepping < 3));

    return (cpu->features & CPUID_SEP) && !(false_claim && same(cpu->vendor, "GenuineIntel", 12));
}

static void check_registers(void)
{
    const struct registers *r = &start_registers;

    ktap_equal("all general registers are 0",
               r->eax | r->ebx | r->ecx | r->edx | r->esi | r->edi | r->ebp, 0);
    ktap_equal("esp is a multiple of 16", r->esp % 16, 0);
    ktap_equal("eflags", r->eflags, EFLAGS_ALWAYS_1 | EFLAGS_IF);
    ktap_equal("ds and es", r->ds << 16 | r->es, SEL_USER_DATA << 16 | SEL_USER_DATA);
    ktap_equal("fs and gs are null", r->fs | r->gs, 0);
}

static void check_stack(int argc, char **argv, char **envp)
{
    ktap_equal("esp points to argc", *(const uint32_t *)start_registers.esp, (uint32_t)argc);
    ktap_equal("argc", (uint32_t)argc, 1);
    ktap_true("argv[0] is the program's name", strcmp(argv[0], "start") == 0);
    ktap_true("argv ends with NULL", argv[argc] == NULL);
    ktap_true("the environment is empty", envp[0] == NULL);
    ktap_true("the strings lie in the stack, above",
              (uint32_t)argv[0] > (uint32_t)auxv && (uint32_t)argv[0] < USER_TOP);
    ktap_equal("the lowest page of the stack is there", *(volatile uint32_t *)USER_STACK_LOWEST, 0);
}

/* Each type that the kernel's table has is there once, and no other. */
static void check_types(void)
{
    const struct auxv_entry *entry = auxv;
    uint32_t count = 1;

    for (; entry->type != AT_NULL; entry++) {
        count++;
    }
    ktap_equal("entries of the auxiliary vector", count, START_TABLE_LENGTH);
    for (uint32_t i = 0; i < START_TABLE_LENGTH; i++) {
        count = 0;
        for (entry = auxv; entry->type != AT_NULL; entry++) {
            count += entry->type == start_table[i].type;
        }
        ktap_equal(start_table[i].name, count + (start_table[i].type == AT_NULL), 1);
    }
}

static void check_headers(void)
{
    /* e_phoff is word 7, e_phnum half-word 22. */
    const uint32_t *header = (const uint32_t *)USER_PROGRAM_ADDR;
    const uint32_t *segment = (const uint32_t *)auxv_value(AT_PHDR);

    ktap_equal("AT_PHDR", (uint32_t)segment, USER_PROGRAM_ADDR + header[7]);
    ktap_equal("the program headers begin with a segment to load", segment[0], SEGMENT_LOAD);
    ktap_equal("its address", segment[2], USER_PROGRAM_ADDR);
    ktap_equal("AT_PHNUM", auxv_value(AT_PHNUM), ((const uint16_t *)header)[22]);
    ktap_equal("AT_PHENT", auxv_value(AT_PHENT), PROGRAM_HEADER_BYTES);
    ktap_equal("AT_ENTRY", auxv_value(AT_ENTRY), (uint32_t)start_checked);
}

static void check_values(const struct identity *cpu)
{
    const char *platform = (const char *)auxv_value(AT_PLATFORM);
    const uint8_t *random = (const uint8_t *)auxv_value(AT_RANDOM);
    uint32_t family = cpu->signature >> 8 & 15;
    int different = 0;

    ktap_equal("AT_PAGESZ", auxv_value(AT_PAGESZ), PAGE_SIZE);
    ktap_equal("AT_CLKTCK", auxv_value(AT_CLKTCK), TIMER_HZ);
    ktap_equal("AT_HWCAP", auxv_value(AT_HWCAP), cpu->features);
    ktap_equal("AT_BASE, AT_FLAGS, AT_SECURE",
               auxv_value(AT_BASE) | auxv_value(AT_FLAGS) | auxv_value(AT_SECURE), 0);
    ktap_equal("AT_UID, AT_EUID, AT_GID, AT_EGID",
               auxv_value(AT_UID) | auxv_value(AT_EUID) | auxv_value(AT_GID) | auxv_value(AT_EGID),
               0);
    ktap_true("AT_EXECFN is the program's name",
              strcmp((const char *)auxv_value(AT_EXECFN), "start") == 0);
    ktap_true("AT_PLATFORM", strcmp(platform, family < 5    ? "i486"
                                              : family == 5 ? "i586"
                                                            : "i686") == 0);
    for (int i = 1; i < RANDOM_BYTES; i++) {
        different |= random[i] != random[0];
    }
    ktap_true("AT_RANDOM: 16 bytes that are not all the same", different);
}

static void check_page(const struct identity *cpu)
{
    const uint8_t *stub = (const uint8_t *)auxv_value(AT_SYSINFO);
    const uint8_t *page = stub - STUB_IN_PAGE;
    const uint8_t *expected = has_sysenter(cpu) ? page_sysenter : page_int80;
    uint32_t rest = 0;

    ktap_equal("AT_SYSINFO: its place in a page", (uint32_t)stub % PAGE_SIZE, STUB_IN_PAGE);
    ktap_true("the page holds the stub that suits this CPU", same(stub, expected, STUB_BYTES));
    for (uint32_t i = page_used(page); i < PAGE_SIZE; i++) {
        rest |= page[i];
    }
    ktap_equal("the rest of the page is 0", rest, 0);
}

int main(int argc, char **argv, char **envp)
{
    struct identity cpu = identify();

    ktap_plan(5 + 7 + (1 + START_TABLE_LENGTH) + 6 + 8 + 3);
    check_registers();
    check_stack(argc, argv, envp);
    check_types();
    check_headers();
    check_values(&cpu);
    check_page(&cpu);
    return ktap_status();
}
