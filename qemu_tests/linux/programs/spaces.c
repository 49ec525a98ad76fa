/* spaces.c: mappings that are cut, joined, moved and grown; files that end below them. */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

#define PAGE 4096
#define RW (PROT_READ | PROT_WRITE)
#define OWN (MAP_PRIVATE | MAP_ANONYMOUS)
#define PAGES 8

static int file;

static char *zeros(int pages)
{
    return mmap(NULL, (size_t)pages * PAGE, RW, OWN, -1, 0);
}

static void tell(int number, siginfo_t *info, void *context)
{
    (void)context;
    say("  signal %d, code %d\n", number, info->si_code);
    _exit(1);
}

/* Use a byte in a child: 'r' read, 'w' write, 'x' execute. */
static void use(const char *what, volatile char *at, char how)
{
    int status;
    say("  %s, %c: ", what, how);
    if (fork() == 0) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_sigaction = tell;
        action.sa_flags = SA_SIGINFO;
        sigaction(SIGSEGV, &action, NULL);
        sigaction(SIGBUS, &action, NULL);
        if (how == 'w')
            *at = 'w';
        say("%d\n", *at);
        _exit(0);
    }
    wait(&status);
}

/* Each page has its number, counted from 'a'. */
static char *numbered(int pages)
{
    char *map = zeros(pages);
    for (int i = 0; i < pages; i++)
        map[i * PAGE] = (char)('a' + i);
    return map;
}

static void show(const char *what, const char *map, int pages)
{
    say("  %s ", what);
    for (int i = 0; i < pages; i++)
        say("%c", map[i * PAGE] ? map[i * PAGE] : '0');
    say("\n");
}

static void rights(void)
{
    char *map = numbered(PAGES);
    say("rights\n");
    TRY(mprotect(map + 2 * PAGE, PAGE, PROT_READ));
    TRY(mprotect(map + 4 * PAGE, PAGE, PROT_NONE));
    use("before it", map + 2 * PAGE - 1, 'w');
    use("only to be read", map + 2 * PAGE, 'w');
    use("only to be read", map + 2 * PAGE, 'r');
    use("behind it", map + 3 * PAGE, 'w');
    use("closed", map + 4 * PAGE, 'r');
    use("closed", map + 4 * PAGE, 'w');
    TRY(mprotect(map, PAGES * PAGE, PROT_READ));
    use("all", map, 'w');
    use("all", map + 7 * PAGE, 'w');
    show("kept", map, PAGES);
    TRY(mprotect(map, PAGES * PAGE, RW));
    use("all again", map + 4 * PAGE, 'w');
    show("kept", map, PAGES);
    TRY(munmap(map + 3 * PAGE, PAGE));
    TRY(mprotect(map, PAGES * PAGE, PROT_READ));
    use("hole", map + 3 * PAGE, 'r');
    use("below the hole", map + PAGE, 'w');
    TRY(mprotect(map + 4 * PAGE, PAGE, 0x40));
    TRY(mprotect(map + 1, PAGE, RW));
    TRY(mprotect(map, (size_t)-PAGE, RW));
    munmap(map, PAGES * PAGE);
}

static void places(void)
{
    char *map = zeros(3);
    say("places\n");
    munmap(map + PAGE, PAGE);
    CHECK(mmap(map + PAGE, PAGE, RW, OWN, -1, 0) == map + PAGE);
    CHECK(mmap(map, PAGE, RW, OWN, -1, 0) != map);
    map[2 * PAGE] = 'x';
    CHECK(mmap(map + 2 * PAGE, PAGE, PROT_READ, OWN | MAP_FIXED, -1, 0) == map + 2 * PAGE);
    use("another", map + 2 * PAGE, 'r');
    use("another", map + 2 * PAGE, 'w');
    use("below", map + 2 * PAGE - 1, 'w');
    TRY(mmap((void *)(uintptr_t)0xbffff000u, 2 * PAGE, RW, OWN | MAP_FIXED, -1, 0));
    TRY(mmap(NULL, 0xc0000000u, RW, OWN, -1, 0));
    TRY(mmap(NULL, (size_t)-1, PROT_READ, OWN, -1, 0));
    char *only_place = mmap(NULL, 1u << 30, PROT_NONE, OWN, -1, 0); /* more than there is */
    CHECK(only_place != MAP_FAILED && munmap(only_place, 1u << 30) == 0);
    TRY(munmap((void *)(uintptr_t)0xbffff000u, 2 * PAGE));
    TRY(munmap(map, 3 * PAGE - 5));
    use("gone", map + 2 * PAGE, 'r');
    TRY(munmap(map, 3 * PAGE));
}

static void *moved(void *from, size_t size, size_t new_size, int flags)
{
    return (void *)syscall(SYS_mremap, from, size, new_size, flags, 0);
}

static void moves(void)
{
    char *map = numbered(PAGES), *to;
    say("moves\n");
    TRY(moved(map, 3 * PAGE, 4 * PAGE, 0)); /* no room: it goes on there */
    to = moved(map + PAGE, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE);
    show("moved", to, 3);
    use("from there", map + PAGE, 'r');
    show("what was below", map, 1);
    show("what was above", map + 3 * PAGE, PAGES - 3);
    to[2 * PAGE] = 'z';
    CHECK(moved(to, 3 * PAGE, PAGE, 0) == to);
    use("cut off", to + PAGE, 'r');
    TRY(moved(to, PAGE, 0, MREMAP_MAYMOVE));
    TRY(moved(to, 0, PAGE, MREMAP_MAYMOVE));
    TRY(moved(to + 1, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
    TRY(moved(map + PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
    TRY(moved(map, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE));
    TRY(moved(to, PAGE, 2 * PAGE, 0x10));
    TRY(moved(to, PAGE, 0xc0000000u, MREMAP_MAYMOVE));
    munmap(to, PAGE);
    munmap(map, PAGES * PAGE);
}

static void of_file(void)
{
    char text[] = "0000", *own, *shared, *to, *other;
    say("of a file\n");
    for (int i = 0; i < 4; i++) {
        text[0] = (char)('p' + i);
        if (pwrite(file, text, 1, i * PAGE) != 1)
            say("not written\n");
    }
    TRY(ftruncate(file, 4 * PAGE));
    own = mmap(NULL, 4 * PAGE, PROT_READ, MAP_PRIVATE, file, 0);
    shared = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, file, 2 * PAGE);
    show("own", own, 4);
    show("shared", shared, 2);
    TRY(mprotect(own + PAGE, PAGE, RW));
    own[PAGE] = 'o';
    show("own", own, 4);
    to = moved(own + 2 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
    show("moved", to, 2);
    shared[PAGE] = 's';
    show("moved", to, 2);
    other = mmap(NULL, 4 * PAGE, PROT_READ, MAP_PRIVATE, file, 0);
    other = moved(other + PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE); /* nobody has looked at it */
    show("moved", other, 2);
    TRY(munmap(shared, PAGE));
    show("shared", shared + PAGE, 1);
    TRY(ftruncate(file, 3 * PAGE));
    use("behind the end", shared + PAGE, 'w');
    use("behind the end", to + PAGE, 'r');
    use("before it", to, 'r');
    TRY(ftruncate(file, 0));
    use("nothing", own, 'r');
    use("a copy", own + PAGE, 'r'); /* even that */
    TRY(ftruncate(file, 4 * PAGE));
    show("again", own, 2);
    show("again", shared + PAGE, 1);
    munmap(own, 2 * PAGE);
    munmap(to, 2 * PAGE);
    munmap(shared + PAGE, PAGE);
}

static void only_to_read(void)
{
    int reader = open("spaces", O_RDONLY), writer = open("spaces", O_WRONLY);
    say("only to read\n");
    char *shared = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reader, 0);
    TRY(mmap(NULL, PAGE, RW, MAP_SHARED, reader, 0));
    TRY(mprotect(shared, PAGE, RW));
    TRY(mprotect(shared, PAGE, PROT_READ));
    TRY(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, writer, 0));
    TRY(mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_PRIVATE | 4, reader, 0));
    char *own = mmap(NULL, PAGE, RW, MAP_PRIVATE, reader, 0);
    use("a copy", own, 'w');
    munmap(own, PAGE);
    munmap(shared, PAGE);
    close(reader);
    close(writer);
}

static unsigned broken(unsigned to)
{
    return (unsigned)syscall(SYS_brk, to);
}

static void breaks(void)
{
    const unsigned now = broken(0), up = (now + PAGE - 1) & -PAGE;
    say("breaks\n");
    CHECK(broken(up + 3 * PAGE) == up + 3 * PAGE);
    ((char *)up)[2 * PAGE] = 'b';
    CHECK(broken(up + PAGE) == up + PAGE);
    use("given back", (char *)up + 2 * PAGE, 'r');
    CHECK(mmap((void *)(up + 2 * PAGE), PAGE, RW, OWN | MAP_FIXED, -1, 0) != MAP_FAILED);
    CHECK(broken(up + 3 * PAGE) == up + PAGE); /* something is in the way */
    munmap((void *)(up + 2 * PAGE), PAGE);
    CHECK(broken(up + 3 * PAGE) == up + 3 * PAGE);
    use("zeros again", (char *)up + 2 * PAGE, 'r');
    CHECK(broken(1) == up + 3 * PAGE);
    CHECK(broken(0xc0000000u) == up + 3 * PAGE);
    CHECK(broken(now) == now);
}

/* Both sides write what they shared, and both see their own. */
static void copies(void)
{
    char *map = numbered(4);
    int status, ends[2];
    char byte = 0;
    say("copies\n");
    TRY(pipe(ends));
    if (fork() == 0) {
        map[0] = 'C';
        if (read(ends[0], map + PAGE, 1) != 1) /* the kernel writes */
            say("not read\n");
        show("the child's", map, 4);
        _exit(0);
    }
    map[2 * PAGE] = 'P';
    if (write(ends[1], "R", 1) != 1)
        say("not written\n");
    wait(&status);
    show("the parent's", map, 4);
    map[PAGE] = 'Q';
    show("the parent's", map, 4);
    if (fork() == 0) {
        madvise(map, 2 * PAGE, MADV_DONTNEED);
        munmap(map + 2 * PAGE, PAGE);
        _exit(0);
    }
    wait(&status);
    show("still", map, 4);
    if (fork() == 0) {
        if (read(ends[0], &byte, 0) != 0)
            say("not read\n");
        char *to = moved(map, 4 * PAGE, 9 * PAGE, MREMAP_MAYMOVE);
        to[0] = 'M';
        show("moved in a child", to, 9);
        _exit(0);
    }
    wait(&status);
    show("still", map, 4);
}

int main(void)
{
    file = open("spaces", O_CREAT | O_RDWR, 0600);
    rights();
    places();
    moves();
    of_file();
    only_to_read();
    breaks();
    copies();
    return 0;
}
