/* user/copies.c: parent, child and grandchild have the same addresses, but not the same memory.
 *
 * After fork() they share all pages, read-only; whoever writes gets a copy. The kernel's own writes
 * to a program's memory count as well.
 */

#include "user/include/children.h"

#define RW (PROT_READ | PROT_WRITE)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define KINDS 4
#define GENERATIONS 3

static uint32_t in_data = 1;
static uint32_t in_bss;

/* A word in each kind of memory. */
struct words {
    volatile uint32_t *word[KINDS];
};

static void write_all(const struct words *words, uint32_t value)
{
    for (uint32_t i = 0; i < KINDS; i++) {
        *words->word[i] = value + i;
    }
}

static int all_are(const struct words *words, uint32_t value)
{
    int good = 1;

    for (uint32_t i = 0; i < KINDS; i++) {
        good &= *words->word[i] == value + i;
    }
    return good;
}

/* In each generation: what the parent had, what it writes, what its own child writes. The last
 * three look again after all younger ones have written and ended. Returns if all was right. */
static int generation(const struct words *words, uint32_t number)
{
    if (!all_are(words, (number - 1) * 100)) {
        return 0;
    }
    write_all(words, number * 100);
    if (number == GENERATIONS) {
        return all_are(words, number * 100);
    }
    long child = fork();
    if (child == 0) {
        exit_with(!generation(words, number + 1));
    }
    int status = status_of(child);
    return status == EXITED(0) && all_are(words, number * 100);
}

/* The parent writes while the child waits, and tells it then. */
static void check_parent_writes(const struct words *words)
{
    int told[2];
    char byte = 0;

    write_all(words, 1000);
    pipe(told);
    long child = fork();
    if (child == 0) {
        read(told[0], &byte, 1);
        exit_with(!all_are(words, 1000));
    }
    write_all(words, 2000);
    write(told[1], &byte, 1);
    ktap_equal("what the parent writes the child does not see", (uint32_t)status_of(child),
               EXITED(0));
    ktap_true("but the parent does", all_are(words, 2000));
}

/* read() writes for the child, in ring 0: CR0.WP makes a read-only page count there too. */
static void check_kernel_writes(void)
{
    static uint32_t target = 1;
    uint32_t value = 77;
    int ends[2];

    pipe(ends);
    write(ends[1], &value, sizeof value);
    long child = fork();
    if (child == 0) {
        read(ends[0], &target, sizeof target);
        exit_with(target != 77);
    }
    ktap_equal("what read() writes for the child is there", (uint32_t)status_of(child), EXITED(0));
    ktap_equal("and not in the parent", target, 1);
}

/* A page that may not be used when it is shared, and one that is made writable only then. */
static void check_protected(void)
{
    uint32_t page = (uint32_t)mmap2(0, PAGE_SIZE, RW, PRIVATE, -1, 0);

    *word_at(page) = 5;
    mprotect(page, PAGE_SIZE, PROT_NONE);
    long child = fork();
    if (child == 0) {
        mprotect(page, PAGE_SIZE, RW);
        int was = *word_at(page) == 5;
        *word_at(page) = 6;
        exit_with(!was);
    }
    ktap_equal("a page that nobody may use is copied too", (uint32_t)status_of(child), EXITED(0));
    mprotect(page, PAGE_SIZE, RW);
    ktap_equal("and keeps what it had", *word_at(page), 5);
}

/* A page is copied from its first word to its last. */
static void check_whole_page(void)
{
    volatile uint32_t *words = word_at((uint32_t)mmap2(0, PAGE_SIZE, RW, PRIVATE, -1, 0));
    uint32_t wrong = 0;

    for (uint32_t i = 0; i < PAGE_SIZE / sizeof *words; i++) {
        words[i] = i + 1;
    }
    long child = fork();
    if (child == 0) {
        words[1] = 0;
        for (uint32_t i = 0; i < PAGE_SIZE / sizeof *words; i++) {
            wrong += words[i] != (i == 1 ? 0 : i + 1);
        }
        exit_with(wrong != 0);
    }
    ktap_equal("all of a page is copied", (uint32_t)status_of(child), EXITED(0));
}

/* What the one gives back, or asks for, the other still has, or has not. */
static void check_areas(void)
{
    uint32_t page = (uint32_t)mmap2(0, PAGE_SIZE, RW, PRIVATE, -1, 0);
    uint32_t heap = (uint32_t)brk(brk(0) + PAGE_SIZE);

    *word_at(page) = 8;
    long child = fork();
    if (child == 0) {
        int same = (uint32_t)brk(0) == heap;
        munmap(page, PAGE_SIZE);
        brk(heap + PAGE_SIZE);
        exit_with(!same || can_read(page) || !can_write(heap));
    }
    ktap_equal("a child's munmap() and brk()", (uint32_t)status_of(child), EXITED(0));
    ktap_true("are not the parent's", *word_at(page) == 8 && !can_read(heap));
}

int main(void)
{
    volatile uint32_t on_stack = 0;
    volatile uint32_t *mapped = word_at((uint32_t)mmap2(0, PAGE_SIZE, RW, PRIVATE, -1, 0));
    const struct words words = {{&in_data, &in_bss, &on_stack, mapped}};

    ktap_plan(10);
    write_all(&words, 0);
    ktap_true("three generations, each with numbers of its own", generation(&words, 1));
    check_parent_writes(&words);
    check_kernel_writes();
    check_whole_page();
    check_protected();
    check_areas();
    return ktap_status();
}
