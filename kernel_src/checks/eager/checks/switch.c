/* checks/switch.c: what C code has in its registers is there again when assembly comes back to it.
 *
 * A C function keeps EBX, ESI, EDI, EBP and ESP for its caller (System V ABI i386, 3-11). Compilers
 * do not always make use of all of them, so they get a pattern here, and the others, too: what such
 * a function finds there by chance it may not rely on.
 */

#include "checks/run.h"
#include "checks/switch_by_hand.h"
#include "kernel/checks.h"
#include "lib/ktap.h"
#include "lib/linux_errno.h"
#include "mm/mm.h"
#include "proc/process.h"

#define ODD_FLAGS (EFLAGS_AC | EFLAGS_ID | EFLAGS_DF | EFLAGS_NT)

void context_switch(void); /* whatever it takes and returns */

struct kept {
    uint32_t ebx, esi, edi, ebp, flags, fs_gs, ds_es, eax;
};

/* Call function(a, b, c). */
static struct kept call_with_pattern(void (*function)(void), uint32_t a, uint32_t b, uint32_t c)
{
    const uint32_t words[] = {(uint32_t)function, a, b, c}, *call = words;
    struct kept kept, *found = &kept;

    __asm__ volatile("pushl %%ebp\n\t"
                     "pushl %%ecx\n\t" /* to be found again, whatever becomes of the others */
                     "pushl 12(%%eax)\n\t"
                     "pushl 8(%%eax)\n\t"
                     "pushl 4(%%eax)\n\t"
                     "movl (%%eax), %%eax\n\t"
                     "movl %[fs], %%ebx\n\t"
                     "movl %%ebx, %%fs\n\t"
                     "movl %[gs], %%ebx\n\t"
                     "movl %%ebx, %%gs\n\t"
                     "movl $0xb1b2b3b4, %%ebx\n\t"
                     "movl $0xc1c2c3c4, %%ecx\n\t"
                     "movl $0xd1d2d3d4, %%edx\n\t"
                     "movl $0x51525354, %%esi\n\t"
                     "movl $0x61626364, %%edi\n\t"
                     "movl $0xe1e2e3e4, %%ebp\n\t"
                     "call *%%eax\n\t"
                     "addl $12, %%esp\n\t"
                     "popl %%ecx\n\t"
                     "movl %%ebx, (%%ecx)\n\t"
                     "movl %%esi, 4(%%ecx)\n\t"
                     "movl %%edi, 8(%%ecx)\n\t"
                     "movl %%ebp, 12(%%ecx)\n\t"
                     "popl %%ebp\n\t"
                     "pushfl\n\t"
                     "popl 16(%%ecx)\n\t"
                     "movw %%fs, 20(%%ecx)\n\t"
                     "movw %%gs, 22(%%ecx)\n\t"
                     "movw %%ds, 24(%%ecx)\n\t"
                     "movw %%es, 26(%%ecx)\n\t"
                     "movl %%eax, 28(%%ecx)\n\t"
                     "xorl %%eax, %%eax\n\t"
                     "movl %%eax, %%fs\n\t"
                     "movl %%eax, %%gs\n\t"
                     : "+c"(found), "+a"(call)
                     : [fs] "i"(SEL_USER_DATA), [gs] "i"(SEL_USER_CODE)
                     : "ebx", "esi", "edi", "edx", "memory", "cc");
    return kept;
}

#define KEPT_RESULTS 5

static void check_kept(const struct kept *kept)
{
    ktap_equal("ebx", kept->ebx, 0xb1b2b3b4);
    ktap_equal("esi", kept->esi, 0x51525354);
    ktap_equal("edi", kept->edi, 0x61626364);
    ktap_equal("ebp", kept->ebp, 0xe1e2e3e4);
    ktap_equal("ds and es", kept->ds_es, SEL_USER_DATA << 16 | SEL_USER_DATA);
}

/* Switch to a program that has something of its own in every register, FS and GS too. Not by
 * switch_to(), which does the same, but as C code with registers of its own. */
static struct kept switch_with_pattern(struct process *process)
{
    switch_begin(process);
    struct kept kept =
        call_with_pattern(context_switch, (uint32_t)current_process(), (uint32_t)process, 0);
    switch_end(kept.eax);
    return kept;
}

static void check_switched(void)
{
    struct process *process = check_start("registers-left");

    ktap_true("the program is there", process != NULL);
    if (!process) {
        return;
    }
    struct kept kept = switch_with_pattern(process);
    ktap_equal("and ended well", (uint32_t)process->killed_by | (uint32_t)process->exit_status,
               (uint32_t)NOT_KILLED);
    process_destroy(process);
    check_kept(&kept);
    ktap_equal("flags that the program had set", kept.flags & (ODD_FLAGS | EFLAGS_IF), 0);
    ktap_equal("fs and gs", kept.fs_gs, SEL_USER_CODE << 16 | SEL_USER_DATA);
}

/* A copy that is made, and one that a page fault stops. */
static void check_copies(void)
{
    static const uint8_t from[8] = "copied..";
    uint8_t to[8] = {0};

    struct kept kept =
        call_with_pattern((void (*)(void))copy_or_fault, (uint32_t)to, (uint32_t)from, 7);
    ktap_equal("a copy is made", kept.eax, 0);
    ktap_true("of as many bytes", to[0] == 'c' && to[5] == 'd' && to[6] == '.' && to[7] == 0);
    check_kept(&kept);
    kept = call_with_pattern((void (*)(void))copy_or_fault, (uint32_t)to, 0, 7);
    ktap_equal("a copy fails", kept.eax, (uint32_t)-LINUX_EFAULT);
    check_kept(&kept);
    ktap_equal("a copy from beyond a program's memory",
               (uint32_t)copy_from_user(to, (const void *)USER_TOP, 1), (uint32_t)-LINUX_EFAULT);
}

int check_switch(void)
{
    ktap_plan(4 + 4 + 3 * KEPT_RESULTS);
    check_switched();
    check_copies();
    return ktap_status();
}
