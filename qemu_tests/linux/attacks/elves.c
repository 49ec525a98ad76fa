/* elves.c: ELF files that are damaged where it hurts: they run or not, but nothing else happens.
 *
 * Each comes of a seed and its number alone, so that it can be made again. The argument, if there
 * is one, is SEED:FIRST:COUNT.
 */
#include "attack.h"

enum { IMAGE_MAX = 65536, HEADERS = 52 + 8 * 32, DEFAULT_COUNT = 150, LIFE_US = 10000 };

static const char path[] = "elf";
static char original[IMAGE_MAX], image[IMAGE_MAX];
static int size;

static void seed(u32 seed, u32 number)
{
    random_state = (seed * 2654435769u ^ number * 2246822519u) | 1;
    for (int i = 0; i < 8; i++)
        random_number();
}

/* Numbers at which something begins or ends. */
static u32 edge(void)
{
    static const u32 edges[] = {0,          1,          2,          31,         32,
                                33,         52,         127,        0xfff,      0x1000,
                                0x1001,     0xffff,     0x10000,    0x8048000,  0x7fffffff,
                                0x80000000, 0xafffffff, 0xb0000000, 0xbfffffff, 0xbffff000,
                                0xc0000000, 0xfffff000, 0xffffe000, 0xfffffffe, 0xffffffff};
    u32 kind = random_number() % 8;
    return kind == 0   ? random_number()
           : kind == 1 ? (u32)size - 2 + random_number() % 5
                       : edges[random_number() % (sizeof edges / sizeof edges[0])];
}

static void damage(void)
{
    u32 at = random_number() % (random_number() % 8 ? HEADERS : (u32)size - 4);
    u32 value = edge();
    u32 width = 1u << random_number() % 3;
    at -= at % width;
    for (u32 i = 0; i < width; i++)
        image[at + i] = (char)(value >> 8 * i);
}

/* The next file. Returns its size. */
static int mutate(void)
{
    for (int i = 0; i < size; i++)
        image[i] = original[i];
    for (u32 count = 1 + random_number() % 4; count; count--)
        damage();
    u32 cut = random_number() % 16;
    return cut == 0   ? (int)(random_number() % (u32)size)
           : cut == 1 ? (int)(random_number() % HEADERS)
                      : size;
}

static void run(int length)
{
    static const int life[4] = {0, 0, 0, LIFE_US};
    char *arguments[] = {"elf", "0", 0};
    int fd = call(open, path, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    check_is(call(write, fd, image, length), length);
    call(close, fd);
    int child = call(fork);
    if (child == 0) {
        call(setitimer, 0, life, 0);
        call(execve, path, arguments, 0);
        leave(0);
    }
    wait_for(child);
}

static u32 number_at(const char **text)
{
    u32 number = 0;
    for (; **text >= '0' && **text <= '9'; ++*text)
        number = number * 10 + (u32)(**text - '0');
    *text += **text == ':';
    return number;
}

int attack(int argc, char **argv)
{
    u32 seeded = 1, first = 0, count = DEFAULT_COUNT;
    if (argc > 1) {
        const char *text = argv[1];
        seeded = number_at(&text);
        first = number_at(&text);
        count = number_at(&text);
    }
    int fd = call(open, "/attacks/exit", O_RDONLY);
    size = call(read, fd, original, sizeof original);
    call(close, fd);
    check(size > HEADERS && size < IMAGE_MAX);
    for (u32 number = first; number < first + count; number++) {
        seed(seeded, number);
        run(mutate());
    }
    call(unlink, path);
    return 0;
}
