/* user/numbers.c: numbers that no system call has: -ENOSYS by both ways, and every register kept.
 *
 * The table is indexed with what the program put into EAX: a signed comparison, or a table with
 * holes, would let it jump anywhere in the kernel.
 */

#include "user/calls_table.h"
#include "user/include/checks.h"

struct row {
    const char *text;
    uint32_t number;
};

static const struct row rows[] = {
    {"number 0", 0},
    {"a hole, in Linux too: 17", 17},
    {"a hole, in Linux too: 31", 31},
    {"a hole, in Linux too: 223", 223},
    {"a hole, in Linux too: 251", 251},
    {"one past the table", SYSCALL_LIMIT},
    {"9999", 9999},
    {"0x40000000: times 4 it is 0 again", 0x40000000},
    {"0x40000014: times 4 it is getpid()", 0x40000000 + NR_getpid},
    {"0x7fffffff", 0x7fffffff},
    {"0x80000014", 0x80000000 + NR_getpid},
    {"0xc0000014", 0xc0000000 + NR_getpid},
    {"-1", UINT32_MAX},
};

#define ROWS (sizeof rows / sizeof rows[0])

static int is_call(uint32_t number)
{
    int found = 0;

    for (uint32_t i = 0; i < sizeof calls_table / sizeof calls_table[0]; i++) {
        found |= calls_table[i] == number;
    }
    return found;
}

/* The first number in the table without a call that gives something else than it must. */
static uint32_t first_wrong(void)
{
    for (uint32_t number = 0; number < SYSCALL_LIMIT; number++) {
        if (!is_call(number) && system_call((long)number, 0, 0, 0, 0, 0, 0) != -LINUX_ENOSYS) {
            return number;
        }
    }
    return SYSCALL_LIMIT;
}

int main(void)
{
    struct gate gates[GATES_MAX];
    uint32_t count = gates_find(gates);

    ktap_plan(count * ROWS + 1);
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t row = 0; row < ROWS; row++) {
            struct registers before = registers_pattern(rows[row].number);
            check_call(&gates[i], rows[row].text, &before, (uint32_t)-LINUX_ENOSYS);
        }
    }
    ktap_equal("every number without a call", first_wrong(), SYSCALL_LIMIT);
    return ktap_status();
}
