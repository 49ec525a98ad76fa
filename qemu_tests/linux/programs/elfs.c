/* elfs.c: ELF files that are odd, and what the kernel makes of them. */
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

enum { BASE = 0x08048000, PAGE = 4096, HEADERS_MAX = 200 };

/* mov bl, 42; xor eax, eax; inc eax; int 0x80 */
static const uint8_t code[] = {0xb3, 42, 0x31, 0xc0, 0x40, 0xcd, 0x80};

static void write_file(const void *data, size_t size)
{
    int fd = open("/tmp/odd", O_WRONLY | O_CREAT | O_TRUNC, 0755);
    if (write(fd, data, size) != (ssize_t)size)
        say("not written\n");
    close(fd);
}

static void run(const char *what)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        char *argv[] = {"odd", NULL};
        execve("/tmp/odd", argv, argv + 1);
        _exit(errno);
    }
    waitpid(child, &status, 0);
    /* That a segment cannot be had, Linux notices when there is no way back. */
    if (WIFSIGNALED(status) ? WTERMSIG(status) == SIGSEGV : WEXITSTATUS(status) == ENOEXEC)
        say("%s: is not run\n", what);
    else
        say("%s: status %d\n", what, WEXITSTATUS(status));
}

/* A program of one segment, and others behind it. */
static struct {
    Elf32_Ehdr header;
    Elf32_Phdr segments[HEADERS_MAX];
    uint8_t rest[PAGE];
} file;

static size_t fill(int others, const Elf32_Phdr *other)
{
    size_t start = sizeof file.header + (1 + (size_t)others) * sizeof *other;
    size_t end = start + sizeof code;

    memset(&file, 0, sizeof file);
    memcpy(file.header.e_ident, "\177ELF\1\1\1", 7);
    file.header.e_type = ET_EXEC;
    file.header.e_machine = EM_386;
    file.header.e_version = 1;
    file.header.e_entry = BASE + start;
    file.header.e_phoff = sizeof file.header;
    file.header.e_ehsize = sizeof file.header;
    file.header.e_phentsize = sizeof *other;
    file.header.e_phnum = (uint16_t)(1 + others);
    file.segments[0] = (Elf32_Phdr){PT_LOAD, 0, BASE, BASE, end, end, PF_R | PF_X, PAGE};
    for (int i = 1; i <= others; i++)
        file.segments[i] = *other;
    memcpy((uint8_t *)&file + start, code, sizeof code);
    return end;
}

static void with_others(const char *what, int others, const Elf32_Phdr *other)
{
    write_file(&file, fill(others, other));
    run(what);
}

static void with_segment(const char *what, Elf32_Phdr other)
{
    with_others(what, 1, &other);
}

#define WITH(change)                                                                               \
    do {                                                                                           \
        size_t size_ = fill(0, NULL);                                                              \
        change;                                                                                    \
        write_file(&file, size_);                                                                  \
        run(#change);                                                                              \
    } while (0)

static void headers(void)
{
    WITH((void)0);
    WITH(file.header.e_ident[EI_CLASS] = ELFCLASS64);
    WITH(file.header.e_ident[EI_DATA] = ELFDATA2MSB);
    WITH(file.header.e_ident[EI_VERSION] = 9);
    WITH(file.header.e_ident[EI_OSABI] = 9);
    WITH(file.header.e_version = 9);
    WITH(file.header.e_ehsize = 0);
    WITH(file.header.e_shentsize = 1);
    WITH(file.header.e_flags = 0xffffffff);
    WITH(file.header.e_machine = 6); /* EM_486 */
    WITH(file.header.e_machine = EM_X86_64);
    WITH(file.header.e_type = ET_REL);
    WITH(file.header.e_phnum = 0);
    WITH(file.header.e_phentsize = 40);
    WITH(file.header.e_phoff = 0xfffffff0);
    WITH(file.header.e_entry = 0x1000);
    WITH(file.segments[0].p_align = 3);
    WITH(file.segments[0].p_flags = PF_X);
    WITH(file.segments[0].p_filesz = file.segments[0].p_memsz + 1);
    WITH(file.segments[0].p_paddr = 0xffffffff);
    WITH(file.segments[0].p_offset = 1);
    WITH(file.segments[0].p_type = PT_NOTE);
}

static void segments(void)
{
    const Elf32_Phdr note = {.p_type = PT_NOTE, .p_align = 4};
    with_others("40 headers", 39, &note);
    with_others("128 headers", 127, &note);
    with_others("129 headers", 128, &note);
    with_segment("ends behind the file",
                 (Elf32_Phdr){PT_LOAD, PAGE, 0x09000000, 0, 2 * PAGE, 2 * PAGE, PF_R | PF_W, PAGE});
    with_segment("zeros, from behind the end",
                 (Elf32_Phdr){PT_LOAD, 0x4123, 0x09000123, 0, 0, 5 * PAGE, PF_R | PF_W, PAGE});
    with_segment("zeros, not aligned with the file",
                 (Elf32_Phdr){PT_LOAD, 0, 0x09000123, 0, 0, 5 * PAGE, PF_R | PF_W, PAGE});
    with_segment("nothing at all", (Elf32_Phdr){PT_LOAD, 0, 0x09000000, 0, 0, 0, PF_R, PAGE});
    with_segment("in the kernel",
                 (Elf32_Phdr){PT_LOAD, 0, 0xc0000000, 0, 0, PAGE, PF_R | PF_W, PAGE});
    with_segment("into the kernel",
                 (Elf32_Phdr){PT_LOAD, 0, 0xbffff000, 0, 0, 2 * PAGE, PF_R | PF_W, PAGE});
    with_segment("beyond all addresses",
                 (Elf32_Phdr){PT_LOAD, 0, 0x09000000, 0, 0, 0xfffff000, PF_R | PF_W, PAGE});
    with_segment("the same place", (Elf32_Phdr){PT_LOAD, 0, BASE, 0, 0, 0, PF_R, PAGE});
    with_segment("below", (Elf32_Phdr){PT_LOAD, 0, 0x08000000, 0, PAGE, PAGE, PF_R, PAGE});
    with_segment("the stack's flags", (Elf32_Phdr){PT_GNU_STACK, 0, 0, 0, 0, 0, 7, 16});
    with_segment("an empty interpreter", (Elf32_Phdr){PT_INTERP, 0, 0, 0, 0, 0, 4, 1});
    with_segment("an interpreter without an end", (Elf32_Phdr){PT_INTERP, 0, 0, 0, 4, 4, 4, 1});
    with_segment("at 0xb8000000",
                 (Elf32_Phdr){PT_LOAD, 0, 0xb8000000, 0, PAGE, PAGE, PF_R | PF_W, PAGE});
}

/* The program header lies in the ELF header; what is missing of it are zeros behind the end. */
static void smallest(void)
{
    static const uint8_t bytes[128] = "\177ELF"
                                      "\1\0\0\0\0\0\0\0\0\0\1\0"
                                      "\2\0\3\0\40\0\1\0\40\0\1\0\4\0\0\0"
                                      "\263\52\61\300\100\315\200\0"
                                      "\64\0\40\0\1";
    static const size_t sizes[] = {44, 45, 46, 52, 64, 128, 4, 3, 1};
    for (unsigned int i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        write_file(bytes, sizes[i]);
        say("%d bytes, ", (int)sizes[i]);
        run("headers in each other");
    }
}

static void scripts(void)
{
    char line[400];
    memset(line, 'x', sizeof line);
    memcpy(line, "#!/", 3);
    line[399] = '\n';
    write_file(line, sizeof line);
    run("a name that is cut");
    memset(line + 10, ' ', sizeof line - 11);
    write_file(line, sizeof line);
    run("a name that is not there, and blanks");
    write_file("#!   \n", 6);
    run("a line of blanks");
    write_file("#!/tmp/odd\n", 11);
    run("itself");
    write_file("#!/tmp", 6);
    run("a folder");
    write_file("", 0);
    run("nothing");
}

int main(void)
{
    headers();
    segments();
    smallest();
    scripts();
    return 0;
}
