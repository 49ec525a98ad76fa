/* kernel/backtrace.c: the calls that led somewhere, with names.
 *
 * A C function that calls others begins by pushing EBP and copying ESP to it: EBP points to a chain
 * of (EBP of the caller, return address) pairs. One that calls none does without: a fault in it
 * does not show its caller. The names come from a table that the Makefile makes of the linked
 * kernel's symbols, which the linker then puts behind all code, so that no address in it changes.
 */

#include "kernel/kernel.h"

#include "lib/lib.h"
#include "mm/mm.h"

#define MAX_CALLS 16

/* One is right behind the other. */
struct __attribute__((packed)) symbol {
    uint16_t distance; /* from the address of the last one; of the first from the text's start */
    char name[];
};

extern const struct symbol symbols; /* the first; by address, ended by one without a name */
extern char kernel_text_start[], kernel_text_end[];

static const struct symbol *next_symbol(const struct symbol *symbol)
{
    const char *end = symbol->name;

    while (*end != '\0') {
        end++;
    }
    return (const struct symbol *)(end + 1);
}

/* `address` with the name of the function that `inside` lies in. */
static void print_call(uint32_t address, uint32_t inside)
{
    const struct symbol *found = NULL, *next = &symbols;
    uint32_t start = (uint32_t)kernel_text_start;

    while (next->name[0] != '\0' && start + next->distance <= inside) {
        found = next;
        start += found->distance;
        next = next_symbol(next);
    }
    if (found && inside < (uint32_t)kernel_text_end) {
        print("#   %08x %s+0x%x\n", address, found->name, address - start);
    } else {
        print("#   %08x\n", address);
    }
}

/* Could there be a pair at this EBP? Looked up in the page tables: a second fault here would hide
 * the first. */
static int readable(uint32_t ebp)
{
    if (ebp < KERNEL_BASE || ebp % 4 != 0 || ebp % PAGE_SIZE > PAGE_SIZE - 8) {
        return 0;
    }
    const uint32_t *entry = page_entry(kernel_page_directory, ebp);
    return entry && (*entry & PAGE_PRESENT);
}

void backtrace(uint32_t eip, uint32_t ebp)
{
    print("# called from:\n");
    if (eip != 0) {
        print_call(eip, eip);
    }
    for (int i = 0; i < MAX_CALLS && readable(ebp); i++) {
        const uint32_t *pair = (const uint32_t *)ebp;
        if (pair[1] < KERNEL_BASE) {
            break;
        }
        /* Behind a call that never comes back the next function may begin: look one byte before. */
        print_call(pair[1], pair[1] - 1);
        if (pair[0] <= ebp) {
            break; /* the outermost function, or what a program had in EBP */
        }
        ebp = pair[0];
    }
}
