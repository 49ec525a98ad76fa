/* mm/frames.c: page frames, the pages of physical memory.
 *
 * Frames that were used and freed hang in a list, each holding the address of the next. All others
 * are taken in order from the regions that the boot loader reported: nothing touches a frame before
 * it is needed, so that starting up costs the same with 4 MiB as with 512.
 */

#include "mm/mm.h"

#include "boot/multiboot.h"
#include "include/lock.h"
#include "kernel/kernel.h"
#include "lib/lib.h"

#define MAX_REGIONS 8

struct region {
    uint32_t next; /* physical; the lowest frame not yet given out */
    uint32_t end;
};

static struct lock lock;
static struct region regions[MAX_REGIONS];
static uint32_t region_count;
static uint32_t free_list; /* physical address of the first, 0 if there is none */
uint32_t frames_total;
uint32_t frames_used;
uint32_t frames_end;

/* Physical: where what the loader put behind the kernel ends, in whole pages. */
static uint32_t modules_end(const struct multiboot_info *info)
{
    uint32_t end = virt_to_phys(kernel_end);

    for (uint32_t i = 0; (info->flags & MULTIBOOT_INFO_MODULES) && i < info->mods_count; i++) {
        const struct multiboot_module *module = phys_to_virt(info->mods_addr);
        end = module[i].end > end ? module[i].end : end;
    }
    return (end + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1u);
}

/* Add a range of usable memory, less what lies below the end of the kernel: the BIOS's things and
 * ourselves. What lies below `taken` is in use from the start. */
static void region_add(uint64_t start, uint64_t end, uint32_t taken)
{
    uint64_t lowest = virt_to_phys(kernel_end);

    start = start < lowest ? lowest : start;
    end = end > DIRECT_MAP_BYTES ? DIRECT_MAP_BYTES : end;
    start = (start + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
    end &= ~(uint64_t)(PAGE_SIZE - 1);
    if (start >= end || region_count == MAX_REGIONS) {
        return;
    }
    uint32_t next = taken < start ? (uint32_t)start : taken < end ? taken : (uint32_t)end;
    regions[region_count++] = (struct region){next, (uint32_t)end};
    frames_used += (next - (uint32_t)start) / PAGE_SIZE;
    frames_total += (uint32_t)(end - start) / PAGE_SIZE;
    frames_end = (uint32_t)end > frames_end ? (uint32_t)end : frames_end;
}

void frames_init(const struct multiboot_info *info)
{
    uint32_t taken = modules_end(info);

    if (info->flags & MULTIBOOT_INFO_MEM_MAP) {
        uint32_t offset = 0;
        while (offset < info->mmap_length) {
            const struct multiboot_mmap_entry *entry = phys_to_virt(info->mmap_addr + offset);
            if (entry->type == MULTIBOOT_MEMORY_AVAILABLE) {
                region_add(entry->addr, entry->addr + entry->length, taken);
            }
            offset += entry->size + sizeof entry->size;
        }
    } else if (info->flags & MULTIBOOT_INFO_MEMORY) {
        region_add(KERNEL_LOAD_ADDR, KERNEL_LOAD_ADDR + (uint64_t)info->mem_upper * 1024, taken);
    }
    if (region_count == 0) {
        panic("the boot loader reports no memory above the kernel");
    }
    if (taken > frames_end) {
        panic("no memory for the boot loader's modules: they end at %u KiB, the machine at %u KiB",
              taken / 1024, frames_end / 1024);
    }
}

static uint32_t take_fresh(void)
{
    for (uint32_t i = 0; i < region_count; i++) {
        if (regions[i].next < regions[i].end) {
            uint32_t frame = regions[i].next;
            regions[i].next += PAGE_SIZE;
            return frame;
        }
    }
    return 0;
}

uint32_t frame_take(void)
{
    lock_acquire(&lock);
    uint32_t frame = free_list;
    if (frame != 0) {
        free_list = *(uint32_t *)phys_to_virt(frame);
    } else {
        frame = take_fresh();
    }
    frames_used += frame != 0;
    lock_release(&lock);
    return frame;
}

uint32_t frame_alloc(void)
{
    uint32_t frame = frame_take();

    if (frame != 0) {
        memset(phys_to_virt(frame), 0, PAGE_SIZE);
    }
    return frame;
}

void frame_free(uint32_t frame)
{
    lock_acquire(&lock);
    *(uint32_t *)phys_to_virt(frame) = free_list;
    free_list = frame;
    frames_used--;
    lock_release(&lock);
}
