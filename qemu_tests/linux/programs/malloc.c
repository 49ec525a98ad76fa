/* malloc.c: blocks that are grown, shrunk and freed in another order keep what is in them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "say.h"

#define BLOCKS 200
#define ROUNDS 2000
#define LARGE (3 << 20)

static unsigned char *blocks[BLOCKS];
static unsigned int sizes[BLOCKS];
static uint32_t state = 1;

static uint32_t number(uint32_t below)
{
    state = state * 1664525 + 1013904223;
    return (state >> 8) % below;
}

/* Every byte of block i is i, so that blocks that overlap are found. */
static int damaged(int i, unsigned int size)
{
    for (unsigned int at = 0; at < size; at++)
        if (blocks[i][at] != (unsigned char)i)
            return 1;
    return 0;
}

static int change(int i)
{
    unsigned int size = number(50) ? number(2000) + 1 : number(60000) + 1;
    unsigned int kept = size < sizes[i] ? size : sizes[i];
    blocks[i] = realloc(blocks[i], size);
    if (!blocks[i])
        return 1;
    int bad = damaged(i, kept);
    memset(blocks[i], i, size);
    sizes[i] = size;
    return bad;
}

static int large_blocks(void)
{
    char *large = calloc(1, LARGE);
    int bad = !large;
    for (int i = 0; i < LARGE; i += 1000)
        bad |= large[i] != 0;
    large[LARGE - 1] = 'z';
    large = realloc(large, LARGE + 100000);
    bad |= large[LARGE - 1] != 'z';
    large = realloc(large, 10);
    bad |= large[9] != 0;
    free(large);
    return bad;
}

int main(void)
{
    int bad = 0;
    for (int round = 0; round < ROUNDS; round++)
        bad += change((int)number(BLOCKS));
    for (int i = 0; i < BLOCKS; i += 2) {
        free(blocks[i]);
        blocks[i] = NULL;
        sizes[i] = 0;
    }
    for (int round = 0; round < ROUNDS; round++)
        bad += change((int)number(BLOCKS));
    for (int i = BLOCKS - 1; i >= 0; i--) {
        bad += damaged(i, sizes[i]);
        free(blocks[i]);
    }
    say("%d damaged blocks, %d damaged large blocks\n", bad, large_blocks());
    return bad != 0;
}
