/* mm/heap.c: memory for the kernel's own structures, in pieces of a few sizes.
 *
 * A page is cut into pieces of one size, all powers of two; a piece that is not in use holds the
 * address of the next such. The page's first piece says how many of it are in use: when the last
 * is freed, the page goes back.
 */

#include "lib/lib.h"
#include "mm/mm.h"
#include "mm/space.h"

#define SMALLEST 32u
#define SIZES 6 /* 32 to 1024 bytes; what is larger gets pages of its own */

/* At the beginning of each page that is cut up; as large as the smallest piece. */
struct heap_page {
    uint32_t size_index;
    uint32_t used; /* pieces */
    void *free;
    struct heap_page *next, **link; /* of this size, with a free piece; and what points here */
    uint32_t unused[3];
};

_Static_assert(sizeof(struct heap_page) == SMALLEST, "pieces are aligned behind it");

static struct heap_page *pages[SIZES];

static void list_add(struct heap_page *page)
{
    page->link = &pages[page->size_index];
    page->next = *page->link;
    if (page->next) {
        page->next->link = &page->next;
    }
    *page->link = page;
}

static void list_remove(struct heap_page *page)
{
    *page->link = page->next;
    if (page->next) {
        page->next->link = page->link;
    }
}

static struct heap_page *page_cut(uint32_t size_index)
{
    uint32_t frame = frame_alloc();
    uint32_t size = SMALLEST << size_index;

    if (frame == 0) {
        return NULL;
    }
    struct heap_page *page = phys_to_virt(frame);
    *page = (struct heap_page){.size_index = size_index};
    for (uint32_t at = PAGE_SIZE - size; at >= size; at -= size) {
        void **piece = (void **)((uint8_t *)page + at);
        *piece = page->free;
        page->free = piece;
    }
    list_add(page);
    return page;
}

void *memory_alloc(size_t size)
{
    uint32_t size_index = 0;

    while (size_index < SIZES && (SMALLEST << size_index) < size) {
        size_index++;
    }
    if (size_index == SIZES) {
        uint32_t frame = size <= PAGE_SIZE ? frame_alloc() : 0;
        return frame ? phys_to_virt(frame) : NULL;
    }
    struct heap_page *page = pages[size_index] ? pages[size_index] : page_cut(size_index);
    if (!page) {
        return NULL;
    }
    void **piece = page->free;
    page->free = *piece;
    page->used++;
    if (!page->free) {
        list_remove(page);
    }
    return memset(piece, 0, size);
}

void memory_free(void *memory)
{
    struct heap_page *page = (struct heap_page *)page_down((uint32_t)memory);

    if (!memory) {
        return;
    }
    if ((void *)page == memory) {
        frame_free(virt_to_phys(memory));
        return;
    }
    if (!page->free) {
        list_add(page);
    }
    *(void **)memory = page->free;
    page->free = memory;
    if (--page->used == 0) {
        list_remove(page);
        frame_free(virt_to_phys(page));
    }
}
