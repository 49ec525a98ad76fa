/* checks/start_stack.c: start stacks for names of every length. */

#include "proc/start_stack.h"

#include "include/constants.h"
#include "kernel/checks.h"
#include "lib/ktap.h"
#include "lib/lib.h"
#include "mm/mm.h"

#define LONGEST 40
#define ENTRY_ADDR 0x08048000u

static uint8_t page[PAGE_SIZE];

/* As the program sees it; behind the vector comes nothing but the name, and a word of 0. */
static int is_right(const char *name, size_t length)
{
    memset(page, 0, PAGE_SIZE);
    uint32_t esp = start_stack_build(virt_to_phys(page), name, ENTRY_ADDR);
    const uint32_t name_addr = USER_TOP - 4 - (uint32_t)length - 1;
    const uint32_t words[] = {1,         name_addr, 0,        0,          AT_SYSINFO, VSYSCALL_ADDR,
                              AT_PAGESZ, PAGE_SIZE, AT_ENTRY, ENTRY_ADDR, AT_NULL};
    const uint32_t *found = (const uint32_t *)(page + esp % PAGE_SIZE);

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (found[i] != words[i]) {
            return 0;
        }
    }
    return esp % 16 == 0 && esp >= USER_STACK_LOWEST && esp + sizeof words + 4 <= name_addr &&
           strcmp((const char *)page + name_addr % PAGE_SIZE, name) == 0;
}

int check_start_stack(void)
{
    char name[LONGEST + 1] = {0};
    uint32_t wrong = 0;

    for (size_t length = 0; length <= LONGEST; length++) {
        wrong += !is_right(name, length);
        name[length] = length < LONGEST ? 'n' : 0;
    }
    ktap_plan(1);
    ktap_equal("names whose start stack is another", wrong, 0);
    return ktap_status();
}
