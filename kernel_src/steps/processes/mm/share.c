/* mm/share.c: page frames with more than one user.
 *
 * After a fork two processes have the same frames until one of them writes. For each frame that was
 * ever shared there is a count of the users beyond the first, in pages that are taken when they are
 * needed: a frame without a count has one user.
 */

#include "mm/space.h"

#include "mm/mm.h"

#define COUNTS_IN_PAGE (PAGE_SIZE / sizeof(uint16_t))
#define COUNT_PAGES (DIRECT_MAP_BYTES / PAGE_SIZE / COUNTS_IN_PAGE)

static uint16_t *count_pages[COUNT_PAGES];

static uint16_t *count_of(uint32_t frame)
{
    uint16_t *page = count_pages[frame / PAGE_SIZE / COUNTS_IN_PAGE];

    return page ? &page[frame / PAGE_SIZE % COUNTS_IN_PAGE] : NULL;
}

int frame_share(uint32_t frame)
{
    uint16_t **page = &count_pages[frame / PAGE_SIZE / COUNTS_IN_PAGE];

    if (!*page) {
        uint32_t fresh = frame_alloc();
        if (fresh == 0) {
            return -ENOMEM;
        }
        *page = phys_to_virt(fresh);
    }
    uint16_t *count = count_of(frame);
    if (*count == UINT16_MAX) {
        return -ENOMEM;
    }
    ++*count;
    return 0;
}

int frame_is_shared(uint32_t frame)
{
    const uint16_t *count = count_of(frame);

    return count && *count != 0;
}

void frame_put(uint32_t frame)
{
    uint16_t *count = count_of(frame);

    if (count && *count != 0) {
        --*count;
    } else {
        frame_free(frame);
    }
}
