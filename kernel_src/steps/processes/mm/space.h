/* mm/space.h: an address space: what a process may touch, and what is there so far.
 *
 * A process is promised ranges of addresses, its areas. A page comes when it is first touched: the
 * page fault looks up the area that allows it. All of this is under the kernel lock.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "mm/area.h"
#include "mm/mm.h"

/* What an area may be used for: PROT_READ, PROT_WRITE, PROT_EXEC as in mmap(), and these. */
#define AREA_PROTECTION (PROT_READ | PROT_WRITE | PROT_EXEC)
#define AREA_SHARED 0x10      /* writes reach the file, and those who share it */
#define AREA_GROWS_DOWN 0x20  /* a stack */
#define AREA_NEVER_WRITE 0x40 /* shared, of a file that was not opened to be written */

#define USER_TABLES (USER_TOP / TABLE_SPAN)

struct space {
    uint32_t *directory;
    struct areas areas; /* by address; none overlaps another */
    uint32_t users;     /* processes */
    uint32_t brk_start, brk;
    uint32_t sysinfo;                  /* address of __kernel_vsyscall */
    uint32_t tables[USER_TABLES / 32]; /* bit map of the page tables that there are */
};

static inline uint32_t page_down(uint32_t address)
{
    return address & ~(PAGE_SIZE - 1u);
}

static inline uint32_t page_up(uint32_t address)
{
    return page_down(address + PAGE_SIZE - 1);
}

/* ---- mm/space.c: whole address spaces ---- */

/* With nothing in it; NULL if there is no memory. */
struct space *space_create(void);

/* A copy for fork(): pages are shared until one side writes. NULL if there is no memory. */
struct space *space_copy(struct space *space);

/* One user less; the last one frees it. */
void space_put(struct space *space);

/* ---- mm/area.c: the promised ranges ---- */

/* The lowest area that ends above `address`: it may begin above it too. */
struct area *area_find(const struct space *space, uint32_t address);

/* Promise a range in which there is nothing yet. Returns 0 or -ENOMEM. */
int area_add(struct space *space, const struct area *wanted);

/* See to it that no area reaches across an end of the range. Returns 0 or -ENOMEM. */
int space_split(struct space *space, uint32_t start, uint32_t end);

/* Move the ends of an area, to where there is nothing. */
void area_resize(struct space *space, struct area *area, uint32_t start, uint32_t end);

/* Free the areas of a range, across whose ends none reaches, and their pages, which no CPU
 * remembers. */
void areas_free(struct space *space, uint32_t start, uint32_t end);

/* Nothing is promised there any more. Returns 0 or -ENOMEM, if an area cannot be split. */
int space_unmap(struct space *space, uint32_t start, uint32_t end);

/* May a range be used like that, all of it? Returns 0, -ENOMEM if there is a hole in it, or
 * -EACCES; then `*end` is where that begins. */
int space_check(const struct space *space, uint32_t start, uint32_t *end, uint32_t protection);

/* Change what the areas of a range may be used for. Returns 0 or -errno. */
int space_protect(struct space *space, uint32_t start, uint32_t end, uint32_t protection);

/* The highest hole of `size` bytes below MMAP_TOP, or 0 if there is none. */
uint32_t space_hole(const struct space *space, uint32_t size);

/* ---- mm/pages.c: the pages that are there ---- */

/* The page table entry of an address; NULL if there is no page table, and no memory for one if
 * `create`. An entry of 0 is empty; one that is not, but lacks PAGE_PRESENT, has a frame that may
 * not be used now (PROT_NONE). */
uint32_t *space_entry(struct space *space, uint32_t address, int create);

/* Take rights away: PAGE_WRITE, PAGE_PRESENT. Before frames are freed: without PAGE_PRESENT, and
 * with tlb_flush() after it, no CPU remembers them. */
void pages_forbid(struct space *space, uint32_t start, uint32_t end, uint32_t rights);
void pages_free(struct space *space, uint32_t start, uint32_t end);

/* How many there are; those that others share count, too: a process that takes all memory may have
 * forked. */
uint32_t pages_count(struct space *space);

void pages_protect(struct space *space, const struct area *area);
int pages_copy(struct space *to, struct space *from, const struct area *area);

/* All of a range or, if there is no memory for page tables, none: -ENOMEM. */
int pages_move(struct space *space, uint32_t from, uint32_t to, uint32_t size);

/* ---- mm/fault.c ---- */

/* Make a page usable that is promised. Returns 0, -EFAULT if it is not, -ENOMEM. */
int space_fault(struct space *space, uint32_t address, int write);

/* Copy to and from an address space that need not be the running process's. Returns 0 or as
 * space_fault(). */
int space_write(struct space *space, uint32_t address, const void *data, size_t size);
int space_read(struct space *space, void *data, uint32_t address, size_t size);

/* ---- mm/reclaim.c ---- */

/* No frame is left: end the process that has most of them, and take them at once. Returns 0 if
 * nobody has any. */
int memory_reclaim(void);

/* ---- mm/string_from_user.c ---- */

/* Copy a program's string with the 0 at its end. Returns its length without that, -EFAULT, or
 * -ENAMETOOLONG if there is no 0 within `size` bytes. */
long string_from_user(char *to, const char *from, size_t size);

/* ---- mm/share.c: page frames with more than one user ---- */

/* One more user. Returns 0 or -ENOMEM. */
int frame_share(uint32_t frame);
int frame_is_shared(uint32_t frame);

/* One user less; the last one frees it. */
void frame_put(uint32_t frame);

/* ---- mm/heap.c: memory for the kernel's own structures ---- */

/* Zeros, aligned to 16 bytes; at most a page. NULL if there is no memory. */
void *memory_alloc(size_t size);
void memory_free(void *memory);
