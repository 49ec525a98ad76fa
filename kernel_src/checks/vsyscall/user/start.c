/* user/start.c: what a program finds at its start (System V ABI i386, 3-26 to 3-30). */

#include "lib/lib.h"
#include "sys/check_cpu.h"
#include "user/include/checks.h"
#include "user/include/page.h"
#include "user/include/start.h"
#include "user/include/start_more.h"
#include "user/include/start_registers.h"
#include "user/start_table.h"

/* Linux's, today: with SYSENTER, and without. */
static const uint8_t page_sysenter[STUB_BYTES] = {0x51, 0x52, 0x55, 0x89, 0xe5, 0x0f, 0x34,
                                                  0xcd, 0x80, 0x5d, 0x5a, 0x59, 0xc3};
static const uint8_t page_int80[STUB_BYTES] = {0x51, 0x52, 0x55, 0x8d, 0x74, 0x26, 0x00,
                                               0xcd, 0x80, 0x5d, 0x5a, 0x59, 0xc3};

static int same(const void *a, const void *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (((const uint8_t *)a)[i] != ((const uint8_t *)b)[i]) {
            return 0;
        }
    }
    return 1;
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

static void check_values(void)
{
    ktap_equal("AT_PAGESZ", auxv_value(AT_PAGESZ), PAGE_SIZE);
    ktap_equal("AT_ENTRY", auxv_value(AT_ENTRY), (uint32_t)start_checked);
}

static void check_page(const struct check_cpu *cpu)
{
    const uint8_t *stub = (const uint8_t *)auxv_value(AT_SYSINFO);
    const uint8_t *page = stub - STUB_IN_PAGE;
    const uint8_t *expected = check_cpu_has_sysenter(cpu) ? page_sysenter : page_int80;
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
    struct check_cpu cpu = check_cpu();

    ktap_plan(START_REGISTERS_RESULTS + 7 + (1 + START_TABLE_LENGTH) + 2 + START_MORE + 3);
    check_start_registers();
    check_stack(argc, argv, envp);
    check_types();
    check_values();
    start_more(cpu.signature, cpu.features);
    check_page(&cpu);
    return ktap_status();
}
