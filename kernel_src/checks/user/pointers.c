/* user/pointers.c: bad pointers, lengths and descriptors. The kernel gives an error number, and
 * nothing breaks.
 *
 * Started by checks/pointers.c, which first lets the serial port receive PENDING_INPUT characters:
 * read() waits for one before it looks where to put it.
 */

#include "checks/pending_input.h"
#include "user/include/checks.h"
#include "user/include/wrong_way.h"

#define HIGHEST (USER_TOP - 1)

struct row {
    const char *text;
    uint32_t number, fd, pointer, size;
    long result;
};

static char buffer[PENDING_INPUT];
static const char text[] = "never printed";

static void check(const struct gate *gate, const struct row *row)
{
    struct registers registers = registers_pattern(row->number);

    registers.ebx = row->fd;
    registers.ecx = row->pointer;
    registers.edx = row->size;
    check_call(gate, row->text, &registers, (uint32_t)row->result);
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
        {"read to NULL, nothing", NR_read, 0, 0, 0, 0},
        {"read to its own text", NR_read, 0, USER_PROGRAM_ADDR, 1, -LINUX_EFAULT},
        {"read to the kernel", NR_read, 0, KERNEL_BASE + KERNEL_LOAD_ADDR, 1, -LINUX_EFAULT},
        {"read to an unmapped page", NR_read, 0, end, 1, -LINUX_EFAULT},
        {"read to the last byte of all", NR_read, 0, 0xffffffff, 1, -LINUX_EFAULT},
        {"write to descriptor 3", NR_write, 3, (uint32_t)text, 1, -LINUX_EBADF},
        {"write to descriptor -1", NR_write, UINT32_MAX, (uint32_t)text, 1, -LINUX_EBADF},
        WRONG_WAY_ROWS,
        {"read from descriptor 0x80000000", NR_read, 0x80000000, (uint32_t)buffer, 1, -LINUX_EBADF},
    };

    for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check(gate, &rows[i]);
    }
}

int main(void)
{
    struct gate gates[GATES_MAX];
    uint32_t gate_count = gates_find(gates);

    ktap_plan(gate_count * 22 + 2);
    for (uint32_t i = 0; i < gate_count; i++) {
        check_all(&gates[i]);
    }
    long count = read(0, buffer, sizeof buffer);
    ktap_true("a good read after the bad ones", count > 0 && buffer[count - 1] == '\n');
    ktap_equal("a good write after the bad ones", (uint32_t)write(1, "    # good\n", 11), 11);
    return ktap_status();
}
