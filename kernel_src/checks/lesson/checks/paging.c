/* checks/paging.c: what the page tables allow: looked up in all of the kernel's, and then tried. */

#include "checks/run.h"
#include "include/x86.h"
#include "kernel/checks.h"
#include "lib/ktap.h"
#include "lib/linux_errno.h"
#include "mm/mm.h"
#include "proc/process.h"

#define FIRST_KERNEL_ENTRY (KERNEL_BASE / TABLE_SPAN)
#define CMOS_INDEX 0x70 /* MC146818 */
#define CMOS_DATA 0x71
#define CMOS_EXTENDED_KIB_LOW 0x30
#define CMOS_EXTENDED_KIB_HIGH 0x31
#define BIOS_BYTES 0x40000u /* for its tables, at the end of memory */

extern char kernel_rodata_end[]; /* from the linker script */

/* What was found in one walk through the kernel's half. */
struct findings {
    uint32_t memory;        /* pages at KERNEL_BASE + their physical address */
    uint32_t user;          /* of all that are mapped: for ring 3 as well */
    uint32_t writable_text; /* of them: writable, with a frame of the kernel's text or constants */
    uint32_t user_writable; /* of them: ring 3 may even write */
    uint32_t user_address;  /* the last for ring 3 */
    uint32_t stray;         /* of them: no memory behind it, or another's */
    uint32_t read_only;     /* of the memory: neither writable nor the kernel's text or constants */
};

static void look_at(uint32_t address, uint32_t entry, struct findings *found)
{
    uint32_t frame = entry & ENTRY_FRAME;
    int is_moved_up = address == KERNEL_BASE + frame;

    if ((entry & PAGE_PRESENT) == 0) {
        return;
    }
    found->memory += is_moved_up;
    int is_text = frame >= KERNEL_LOAD_ADDR && frame < virt_to_phys(kernel_rodata_end);
    found->writable_text += (entry & PAGE_WRITE) && is_text;
    found->read_only += (entry & PAGE_WRITE) == 0 && !is_text && is_moved_up;
    found->stray += frame >= frames_end || (address < KERNEL_BASE + TABLE_SPAN && !is_moved_up);
    if (entry & PAGE_USER) {
        found->user++;
        found->user_writable += (entry & PAGE_WRITE) != 0;
        found->user_address = address;
    }
}

static struct findings walk(void)
{
    struct findings found = {0};

    for (uint32_t i = FIRST_KERNEL_ENTRY; i < 1024; i++) {
        uint32_t *table = page_entry(kernel_page_directory, i * TABLE_SPAN);
        for (uint32_t j = 0; table && j < 1024; j++) {
            look_at(i * TABLE_SPAN + j * PAGE_SIZE, table[j], &found);
        }
    }
    return found;
}

static uint32_t lower_half_entries(void)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < FIRST_KERNEL_ENTRY; i++) {
        count += kernel_page_directory[i] != 0;
    }
    return count;
}

/* The CPU's own opinion: the copy function gives -LINUX_EFAULT where a page fault stopped it. */
static void check_tried(void)
{
    uint8_t byte = 0;
    uint8_t *text = phys_to_virt(KERNEL_LOAD_ADDR);
    void *constants_end = (void *)((uint32_t)kernel_rodata_end - sizeof byte);

    ktap_equal("the kernel cannot write to its text", (uint32_t)copy_or_fault(text, text, 1),
               (uint32_t)-LINUX_EFAULT);
    ktap_equal("nor to its constants", (uint32_t)copy_or_fault(constants_end, constants_end, 1),
               (uint32_t)-LINUX_EFAULT);
    ktap_equal("nor read at NULL", (uint32_t)copy_or_fault(&byte, NULL, 1),
               (uint32_t)-LINUX_EFAULT);
    ktap_equal("nor where it was at its start",
               (uint32_t)copy_or_fault(&byte, (void *)KERNEL_LOAD_ADDR, 1),
               (uint32_t)-LINUX_EFAULT);
    ktap_equal("but what lies behind may be written",
               (uint32_t)copy_or_fault(kernel_rodata_end, kernel_rodata_end, 1), 0);
}

/* The BIOS has left in the CMOS how many KiB there are from 1 MiB on, some of them for itself. */
static void check_frames_end(void)
{
    outb(CMOS_INDEX, CMOS_EXTENDED_KIB_HIGH);
    uint32_t kib = (uint32_t)inb(CMOS_DATA) << 8;
    outb(CMOS_INDEX, CMOS_EXTENDED_KIB_LOW);
    uint32_t end = KERNEL_LOAD_ADDR + (kib | inb(CMOS_DATA)) * 1024;

    ktap_true("frames end where memory does, or what one page table maps",
              frames_end == TABLE_SPAN ? end >= TABLE_SPAN
                                       : frames_end <= end && end - frames_end <= BIOS_BYTES);
}

int check_paging(void)
{
    struct process *process = check_start("one-call"); /* so that there is a kernel stack */
    int32_t end = process ? check_end(process) : 0;
    struct findings found = walk();
    const uint32_t *page = page_entry(kernel_page_directory, VSYSCALL_ADDR);
    int has_page = page && (*page & PAGE_PRESENT);

    ktap_plan(15);
    ktap_equal("a program has run", (uint32_t)end, (uint32_t)-1);
    check_frames_end();
    ktap_equal("pages of memory that are mapped: all", found.memory, frames_end / PAGE_SIZE);
    ktap_equal("pages of other memory that are read-only", found.read_only, 0);
    ktap_equal("pages without memory behind them", found.stray, 0);
    ktap_equal("pages of the kernel's text or constants that are writable", found.writable_text, 0);
    ktap_equal("pages that ring 3 may write", found.user_writable, 0);
    ktap_equal("pages that ring 3 may use: the vsyscall page, if there is one", found.user,
               (uint32_t)has_page);
    ktap_true("and it is where it belongs", !has_page || found.user_address == VSYSCALL_ADDR);
    ktap_equal("page tables below the kernel", lower_half_entries(), 0);
    check_tried();
    return ktap_status();
}
