/* user/memory.c: pages asked for, given back, protected, moved; the heap. What is in them stays. */

#include "user/include/children.h"

#define AT 0x20000000u
#define PAGE(n) (AT + (n)*PAGE_SIZE)
#define RW (PROT_READ | PROT_WRITE)
#define FIXED (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)

/* Three pages, each with a number of its own, nothing around them. */
static void three_pages(void)
{
    munmap(AT - PAGE_SIZE, 16 * PAGE_SIZE);
    mmap2(AT, 3 * PAGE_SIZE, RW, FIXED, -1, 0);
    for (uint32_t i = 0; i < 3; i++) {
        *word_at(PAGE(i)) = 100 + i;
    }
}

static uint32_t outer_words(void)
{
    return *word_at(PAGE(0)) << 16 | *word_at(PAGE(2));
}

#define OUTER_WORDS (100 << 16 | 102)

static void check_map(void)
{
    munmap(AT - PAGE_SIZE, 16 * PAGE_SIZE);
    ktap_equal("a page", (uint32_t)mmap2(AT, 1, RW, FIXED, -1, 0), AT);
    ktap_equal("is full of zeros", *word_at(AT) | *word_at(AT + PAGE_SIZE - 4), 0);
    ktap_true("with nothing below or above", !can_read(AT - 1) && !can_read(AT + PAGE_SIZE));
    *word_at(AT) = 1;
    mmap2(AT, 1, RW, FIXED, -1, 0);
    ktap_equal("another one in its place too", *word_at(AT), 0);
    uint32_t hint = (uint32_t)mmap2(PAGE(4) + 1, 1, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ktap_equal("a place that is free is taken if it is wished for", hint, PAGE(4));
    uint32_t other = (uint32_t)mmap2(AT, 1, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ktap_true("one that is not is not", other != AT && can_write(other));
    mmap2(PAGE(8), 1, PROT_READ, FIXED, -1, 0);
    ktap_true("a page may be for reading only", can_read(PAGE(8)) && !can_write(PAGE(8)));
    mmap2(PAGE(11), 1, PROT_READ, FIXED, -1, 0);
    mmap2(PAGE(10), 1, RW, FIXED, -1, 0);
    ktap_true("next to one that is not, too", can_write(PAGE(10)) && !can_write(PAGE(11)));
    hint = (uint32_t)mmap2(PAGE(9), PAGE_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ktap_equal("a place that just fits", hint, PAGE(9));
    mmap2(PAGE(12), 1, PROT_EXEC, FIXED, -1, 0);
    ktap_true("what may be executed can be read", can_read(PAGE(12)) && !can_write(PAGE(12)));
}

/* Where nothing is wished for: as high as there is room, and only where there is. */
static void check_room(void)
{
    uint32_t high = (uint32_t)mmap2(0, 4 * PAGE_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint32_t hole = high + PAGE_SIZE;

    ktap_true("what need not be anywhere is far above the heap", high > AT + 16 * PAGE_SIZE);
    *word_at(high) = 7;
    *word_at(high + 3 * PAGE_SIZE) = 8;
    munmap(hole, 2 * PAGE_SIZE);
    uint32_t three = (uint32_t)mmap2(0, 3 * PAGE_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ktap_true("three pages find no room in a hole of two", three + 3 * PAGE_SIZE <= high);
    ktap_equal("two do", (uint32_t)mmap2(0, 2 * PAGE_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
               hole);
    ktap_equal("what is around it stays", *word_at(high) << 16 | *word_at(high + 3 * PAGE_SIZE),
               7 << 16 | 8);
}

/* A page of this program's file that nobody has touched before. */
static const uint32_t in_file[PAGE_SIZE / sizeof(uint32_t)]
    __attribute__((aligned(PAGE_SIZE))) = {12345};

/* A mapping of a file that is cut in two: the second goes on with its own part of the file. */
static void check_pieces(void)
{
    long child = fork();

    if (child == 0) {
        mremap((uint32_t)in_file, PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, AT);
        exit_with(*word_at(AT) != 12345);
    }
    ktap_equal("a page of a file, when it is moved", (uint32_t)status_of(child), EXITED(0));
    mprotect((uint32_t)in_file, PAGE_SIZE, RW);
    ktap_equal("a page of a file, when it has got other rights", *word_at((uint32_t)in_file),
               12345);
}

static void check_unmap(void)
{
    three_pages();
    ktap_equal("the middle of three pages is given back", (uint32_t)munmap(PAGE(1), 1), 0);
    ktap_true("it is gone", !can_read(PAGE(1)) && !can_read(PAGE(2) - 1));
    ktap_equal("the others are not", outer_words(), OUTER_WORDS);
    mmap2(PAGE(1), PAGE_SIZE, RW, FIXED, -1, 0);
    ktap_equal("what comes there is full of zeros", *word_at(PAGE(1)), 0);
    ktap_equal("all at once, and some where nothing is",
               (uint32_t)munmap(AT - PAGE_SIZE, 6 * PAGE_SIZE), 0);
    ktap_true("all are gone", !can_read(PAGE(0)) && !can_read(PAGE(1)) && !can_read(PAGE(2)));
}

static void check_protect(void)
{
    three_pages();
    ktap_equal("the middle becomes read-only", (uint32_t)mprotect(PAGE(1), PAGE_SIZE, PROT_READ),
               0);
    ktap_true("it can be read but not written", can_read(PAGE(1)) && !can_write(PAGE(1)));
    ktap_true("the others can be written", can_write(PAGE(1) - 1) && can_write(PAGE(2)));
    mprotect(PAGE(1), PAGE_SIZE, PROT_NONE);
    ktap_true("then it cannot even be read", !can_read(PAGE(1)));
    mprotect(PAGE(0), 3 * PAGE_SIZE, RW);
    ktap_true("then it can be written again", can_write(PAGE(1)));
    ktap_equal("and has what it had", *word_at(PAGE(1)), 101);
    munmap(PAGE(1), PAGE_SIZE);
    mprotect(PAGE(0), 3 * PAGE_SIZE, PROT_READ);
    ktap_true("up to a hole, not behind it", !can_write(PAGE(0)) && can_write(PAGE(2)));
    mprotect(USER_PROGRAM_ADDR, PAGE_SIZE, RW);
    ktap_true("a program can make its own text writable", can_write(USER_PROGRAM_ADDR));
}

static void check_remap(void)
{
    three_pages();
    ktap_equal("three pages grow where they are",
               (uint32_t)mremap(AT, 3 * PAGE_SIZE, 5 * PAGE_SIZE, 0, 0), AT);
    ktap_equal("by zeros", *word_at(PAGE(3)) | *word_at(PAGE(4)), 0);
    ktap_equal("five pages shrink", (uint32_t)mremap(AT, 5 * PAGE_SIZE, 4 * PAGE_SIZE, 0, 0), AT);
    ktap_true("by one", can_read(PAGE(3)) && !can_read(PAGE(4)));
    mremap(AT, 4 * PAGE_SIZE, 3 * PAGE_SIZE, 0, 0);
    ktap_true("by another", can_read(PAGE(2)) && !can_read(PAGE(3)));
    uint32_t moved = (uint32_t)mremap(PAGE(1), PAGE_SIZE, 2 * PAGE_SIZE, MREMAP_MAYMOVE, 0);
    ktap_true("the middle moves, having no room", moved != PAGE(1) && !can_read(PAGE(1)));
    ktap_equal("with what is in it", *word_at(moved), 101);
    ktap_true("and has grown", can_write(moved + PAGE_SIZE));
    ktap_equal("the others stay", outer_words(), OUTER_WORDS);
}

static void check_heap(void)
{
    uint32_t start = (uint32_t)brk(0);

    ktap_equal("the heap begins behind the program", start, image_end());
    ktap_true("and is empty", !can_read(start));
    ktap_equal("it grows by a byte", (uint32_t)brk(start + 1), start + 1);
    ktap_true("which is a page", can_write(start + PAGE_SIZE - 1) && !can_read(start + PAGE_SIZE));
    *word_at(start) = 1;
    brk(start + 2 * PAGE_SIZE + 1);
    ktap_equal("it grows and keeps what is there", *word_at(start), 1);
    *word_at(start + 2 * PAGE_SIZE) = 1;
    brk(start + PAGE_SIZE);
    ktap_true("it shrinks", can_read(start) && !can_read(start + PAGE_SIZE));
    brk(start + 3 * PAGE_SIZE);
    ktap_equal("and when it grows again it has zeros", *word_at(start + 2 * PAGE_SIZE), 0);
    brk(start);
    ktap_true("and can be empty again", !can_read(start));
}

int main(void)
{
    ktap_plan(10 + 4 + 2 + 6 + 8 + 9 + 8);
    check_map();
    check_room();
    check_pieces();
    check_unmap();
    check_protect();
    check_remap();
    check_heap();
    return ktap_status();
}
