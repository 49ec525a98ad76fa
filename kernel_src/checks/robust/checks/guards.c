/* checks/guards.c: what CR4.SMEP and CR4.UMIP keep from happening, on a CPU that has them. */

#include "checks/rule.h"
#include "cpu/cpuid.h"
#include "include/structs.h"
#include "include/x86.h"
#include "kernel/checks.h"
#include "lib/ktap.h"
#include "mm/mm.h"

#define OPCODE_RET 0xc3
#define LEAF 7
#define SAYS_SMEP (1u << 7) /* EBX */
#define SAYS_UMIP (1u << 2) /* ECX */
#define CR4_UMIP_BIT (1u << 11)
#define CR4_SMEP_BIT (1u << 20)

static const struct rule_program programs[] = {
    {"sgdt", {"GP: SGDT in ring 3", VECTOR_GP, 0, NULL}},
    {"sidt", {"GP: SIDT in ring 3", VECTOR_GP, 0, NULL}},
    {"sldt", {"GP: SLDT in ring 3", VECTOR_GP, 0, NULL}},
    {"str", {"GP: STR in ring 3", VECTOR_GP, 0, NULL}},
    {"smsw", {"GP: SMSW in ring 3", VECTOR_GP, 0, NULL}},
};

#define PROGRAMS (sizeof programs / sizeof programs[0])

/* Call what lies at USER_LOWEST_ADDR; 0 if its first instruction was a page fault. */
static int call_lowest(void)
{
    uint32_t address = USER_LOWEST_ADDR;
    int came_back;

    __asm__ volatile("call *%1\n\t"
                     "movl $1, %0\n\t"
                     "jmp 2f\n"
                     "1:\tpopl %1\n\t" /* where the call would have come back to */
                     "xorl %0, %0\n"
                     "2:\n\t"
                     ".pushsection .fixups, \"a\"\n\t"
                     ".long %c2, 1b\n\t"
                     ".popsection"
                     : "=&r"(came_back), "+r"(address)
                     : "i"(USER_LOWEST_ADDR)
                     : "memory", "cc");
    return came_back;
}

/* Can ring 0 execute a page that is ring 3's? In the address space of no program. */
static int can_execute(void)
{
    uint32_t frame = frame_alloc();

    *(uint8_t *)phys_to_virt(frame) = OPCODE_RET;
    page_map(kernel_page_directory, USER_LOWEST_ADDR, frame, PAGE_USER);
    int can = call_lowest();
    *page_entry(kernel_page_directory, USER_LOWEST_ADDR) = 0;
    cr3_write(cr3_read());
    frame_free(frame);
    return can;
}

int check_guards(void)
{
    uint32_t eax = LEAF, ebx = 0, ecx = 0, edx, cr4 = 0;

    if (cpu_features.max_leaf >= LEAF) {
        __asm__("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
        __asm__ volatile("movl %%cr4, %0" : "=r"(cr4));
    }
    ktap_plan(2 + 1 + PROGRAMS);
    ktap_equal("cr4.SMEP is set if there is one", cr4 & CR4_SMEP_BIT,
               ebx & SAYS_SMEP ? CR4_SMEP_BIT : 0);
    ktap_equal("cr4.UMIP is set if there is one", cr4 & CR4_UMIP_BIT,
               ecx & SAYS_UMIP ? CR4_UMIP_BIT : 0);
    if (ebx & SAYS_SMEP) {
        ktap_true("the kernel cannot execute a program's page", !can_execute());
    } else {
        ktap_skip("the kernel cannot execute a program's page", "this CPU has no SMEP");
    }
    if (ecx & SAYS_UMIP) {
        rules_try(programs, PROGRAMS);
    } else {
        for (uint32_t i = 0; i < PROGRAMS; i++) {
            ktap_skip(programs[i].rule.text, "this CPU has no UMIP");
        }
    }
    return ktap_status();
}
