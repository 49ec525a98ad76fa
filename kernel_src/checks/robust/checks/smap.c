/* checks/smap.c: what CR4.SMAP keeps from happening, and that AC is set only meanwhile.
 *
 * On a CPU without it there is nothing to see. */

#include "checks/rule.h"
#include "checks/run.h"
#include "checks/smap.h"
#include "cpu/cpuid.h"
#include "include/structs.h"
#include "include/x86.h"
#include "kernel/checks.h"
#include "kernel/kernel.h"
#include "lib/ktap.h"
#include "mm/mm.h"
#include "sys/check_arguments.h"

#define LEAF 7
#define SAYS_SMAP (1u << 20) /* EBX */
#define CR4_SMAP_BIT (1u << 21)
#define PATTERN 0x5ca1ab1eu
#define NOT_THERE (USER_LOWEST_ADDR + PAGE_SIZE)

int check_can_read(uint32_t address)
{
    int done = 0;

    __asm__ volatile("1:\tmovl (%1), %%eax\n\t"
                     "incl %0\n"
                     "2:\n\t"
                     ".pushsection .fixups, \"a\"\n\t"
                     ".long 1b, 2b\n\t"
                     ".popsection"
                     : "+r"(done)
                     : "r"(address)
                     : "eax", "cc");
    return done;
}

/* 0 if that was a page fault. */
static int write_lowest(void)
{
    int done = 0;

    __asm__ volatile("1:\tmovl $0, %c1\n\t"
                     "incl %0\n"
                     "2:\n\t"
                     ".pushsection .fixups, \"a\"\n\t"
                     ".long 1b, 2b\n\t"
                     ".popsection"
                     : "+r"(done)
                     : "i"(USER_LOWEST_ADDR)
                     : "memory", "cc");
    return done;
}

/* In the address space of no program. */
static void check_page(void)
{
    uint32_t frame = frame_alloc(), word = PATTERN;
    void *const lowest = (void *)USER_LOWEST_ADDR;

    page_map(kernel_page_directory, USER_LOWEST_ADDR, frame, PAGE_USER | PAGE_WRITE);
    ktap_true("the kernel cannot read a program's page", !check_can_read(USER_LOWEST_ADDR));
    ktap_true("nor write to it", !write_lowest());
    ktap_equal("but copy_to_user() can", (uint32_t)copy_to_user(lowest, &word, sizeof word), 0);
    word = 0;
    ktap_equal("and copy_from_user()", (uint32_t)copy_from_user(&word, lowest, sizeof word), 0);
    ktap_equal("the same word", word, PATTERN);
    ktap_equal("then AC is clear again", check_flags_now() & EFLAGS_AC, 0);
    ktap_equal("copy_from_user() of what is not there",
               (uint32_t)copy_from_user(&word, (void *)NOT_THERE, sizeof word), (uint32_t)-EFAULT);
    ktap_equal("AC is clear behind that, too", check_flags_now() & EFLAGS_AC, 0);
    *page_entry(kernel_page_directory, USER_LOWEST_ADDR) = 0;
    cr3_write(cr3_read());
    frame_free(frame);
}

/* A stack of ring 3's, read for an instruction of ring 3's: that has nothing to do with SMAP. */
static const struct rule_program iret = {"iret-kernel", {"GP: IRET to ring 0", VECTOR_GP, 0, NULL}};
static const struct rule_program iret_with_smap = {
    "iret-kernel",
    {"GP: IRET to ring 0", VECTOR_GP, VECTOR_PF, "this emulator reads as ring 0, as QEMU 7.2"},
};

static volatile uint32_t is_watching, traps, flags_in_traps;

/* INT3 of user/smap.c. */
void check_smap_trap(struct pt_regs *regs, uint32_t vector)
{
    if (is_watching) {
        traps += (regs->eflags & EFLAGS_AC) != 0;
        flags_in_traps |= check_flags_now();
    } else {
        trap_unexpected(regs, vector);
    }
}

static int has_smap(void)
{
    uint32_t eax = LEAF, ebx = 0, ecx = 0, edx;

    if (cpu_features.max_leaf >= LEAF) {
        __asm__("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    }
    return (ebx & SAYS_SMAP) != 0;
}

int check_smap(void)
{
    uint32_t cr4;

    if (!has_smap()) {
        ktap_plan(1 + 1);
        ktap_skip("a program's memory is none of the kernel's", "this CPU has no SMAP");
        rules_try(&iret, 1);
        return ktap_status();
    }
    __asm__ volatile("movl %%cr4, %0" : "=r"(cr4));
    ktap_plan(1 + 8 + 4 + 1);
    ktap_equal("cr4.SMAP is set", cr4 & CR4_SMAP_BIT, CR4_SMAP_BIT);
    check_page();
    is_watching = 1;
    struct process *process = check_start("smap");
    int32_t ended = process ? check_end(process) : 0;
    is_watching = 0;
    ktap_true("AC of a program is clear in its calls", ended == -1 || ended == -1002);
    ktap_true("nor can a call read the program's memory", ended == -1 || ended == -1001);
    ktap_equal("an exception came with AC set", traps, 1);
    ktap_equal("and AC was clear in the kernel", flags_in_traps & EFLAGS_AC, 0);
    rules_try(&iret_with_smap, 1);
    return ktap_status();
}
