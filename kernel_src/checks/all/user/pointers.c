/* user/pointers.c: bad pointers, lengths and descriptors. The kernel gives an error number, and
 * nothing breaks.
 */

#include "user/include/bad_reads.h"
#include "user/include/checks.h"

#define HIGHEST (USER_TOP - 1)

struct row {
    const char *text;
    uint32_t number, fd, pointer, size;
    long result;
};

#define LONG_BYTES 600 /* no multiple of what a kernel may copy at once */

static const char text[] = "never printed";
static char long_text[LONG_BYTES];

static void check(const struct gate *gate, const struct row *row)
{
    struct registers registers = registers_pattern(row->number);

    registers.ebx = row->fd;
    registers.ecx = row->pointer;
    registers.edx = row->size;
    check_call(gate, row->text, &registers, (uint32_t)row->result);
}

/* A line of the last byte of a program's memory, and one that takes several copies. */
static void check_good(const struct gate *gate)
{
    volatile char *highest = (char *)HIGHEST;
    char old = *highest;

    *highest = '\n';
    check(gate, &(struct row){"write of the last byte", NR_write, 1, HIGHEST, 1, 1});
    *highest = old;
    for (uint32_t i = 0; i < LONG_BYTES; i++) {
        long_text[i] = i % 60 == 59 ? '\n' : i % 60 < 2 ? "# "[i % 60] : '.';
    }
    check(gate, &(struct row){"write of 600 bytes, to descriptor 2", NR_write, 2,
                              (uint32_t)long_text, LONG_BYTES, LONG_BYTES});
}

/* What lies behind the first page that is not there is not written; what was before it is told. */
static void check_part(void)
{
    char *start = (char *)image_end() - LONG_BYTES / 2;
    char old[LONG_BYTES / 2];

    for (uint32_t i = 0; i < sizeof old; i++) {
        old[i] = start[i];
        start[i] = long_text[i];
    }
    long written = write(1, start, LONG_BYTES);
    for (uint32_t i = 0; i < sizeof old; i++) {
        start[i] = old[i];
    }
    write(1, "\n", 1);
    ktap_true("a write of 600 bytes of which 300 are there", written > 0 && written <= 300);
}

static void check_all(const struct gate *gate)
{
    uint32_t end = image_end();
    const struct row rows[] = {
        {"write from the kernel", NR_write, 1, KERNEL_BASE + KERNEL_LOAD_ADDR, 8, -LINUX_EFAULT},
        {"write from the last byte on", NR_write, 1, HIGHEST, 2, -LINUX_EFAULT},
        {"write from the first kernel byte", NR_write, 1, USER_TOP, 1, -LINUX_EFAULT},
        {"write from a range that wraps around", NR_write, 1, 0xfffffff0, 0x20, -LINUX_EFAULT},
        {"write from the last byte of all", NR_write, 1, 0xffffffff, 1, -LINUX_EFAULT},
        {"write of 4 GiB less a byte", NR_write, 1, (uint32_t)text, 0xffffffff, -LINUX_EFAULT},
        {"write of 2 GiB and more", NR_write, 1, (uint32_t)text, 0xc0000000, -LINUX_EFAULT},
        {"write from an unmapped page", NR_write, 1, end, 8, -LINUX_EFAULT},
        {"write from into an unmapped page", NR_write, 1, end - 4, 8, -LINUX_EFAULT},
        {"write from below the stack", NR_write, 1, USER_STACK_LOWEST - 4, 8, -LINUX_EFAULT},
        {"write from NULL", NR_write, 1, 0, 1, -LINUX_EFAULT},
        {"write from NULL, nothing", NR_write, 1, 0, 0, 0},
        {"write to descriptor 3", NR_write, 3, (uint32_t)text, 1, -LINUX_EBADF},
        {"write to descriptor 3, nothing", NR_write, 3, (uint32_t)text, 0, -LINUX_EBADF},
        {"write to descriptor -1 from the kernel", NR_write, UINT32_MAX, KERNEL_BASE, 1,
         -LINUX_EBADF},
        BAD_READS};

    for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check(gate, &rows[i]);
    }
}

int main(void)
{
    struct gate gates[GATES_MAX];
    uint32_t gate_count = gates_find(gates);

    ktap_plan(gate_count * (15 + BAD_READS_COUNT + 2) + GOOD_READS + 2);
    for (uint32_t i = 0; i < gate_count; i++) {
        check_all(&gates[i]);
        check_good(&gates[i]);
    }
    check_good_reads();
    check_part();
    ktap_equal("a good write after the bad ones", (uint32_t)write(1, "    # good\n", 11), 11);
    return ktap_status();
}
