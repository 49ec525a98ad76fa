/* user/io_ports.c: ioperm(): which ranges it takes, and that the ports in them work.
 *
 * What it must not let through kills the program that tries: user/faults_io_bitmap.asm.
 */

#include "user/include/checks.h"

#define POST_PORT 0x80 /* diagnostics: reading it does nothing */
#define PORTS 65536

static const struct {
    const char *text;
    uint32_t first, count;
    long result;
} rows[] = {
    {"no port", POST_PORT, 0, -LINUX_EINVAL},
    {"one past the last", PORTS, 1, -LINUX_EINVAL},
    {"one beyond the end", PORTS - 1, 2, -LINUX_EINVAL},
    {"a range that wraps around", UINT32_MAX, 2, -LINUX_EINVAL},
    {"a range that wraps to 0", 0x80000000, 0x80000000, -LINUX_EINVAL},
    {"far beyond", 0x80000000, 1, -LINUX_EINVAL},
    {"more than there are", 0, PORTS + 1, -LINUX_EINVAL},
    {"a port", POST_PORT, 1, 0},
    {"four ports across two bytes of the bitmap", 0x8e, 4, 0},
    {"the last port", PORTS - 1, 1, 0},
};

#define ROWS (sizeof rows / sizeof rows[0])

static uint8_t in8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "d"(port));
    return value;
}

static uint32_t in32(uint16_t port)
{
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "d"(port));
    return value;
}

int main(void)
{
    ktap_plan(ROWS + 7);
    for (uint32_t i = 0; i < ROWS; i++) {
        ktap_equal(rows[i].text, (uint32_t)ioperm(rows[i].first, rows[i].count, 2),
                   (uint32_t)rows[i].result);
    }
    ktap_equal("the port behind it taken back", (uint32_t)ioperm(POST_PORT + 1, 1, 0), 0);
    in8(POST_PORT);
    ktap_true("the port can be read", 1);
    in32(0x8e);
    ktap_true("four ports can be read at once", 1);
    in8(PORTS - 1);
    ktap_true("the last port can be read", 1);
    sched_yield();
    in8(POST_PORT);
    ktap_true("still after another process had its turn", 1);
    ktap_equal("all ports", (uint32_t)ioperm(0, PORTS, 1), 0);
    in32(PORTS - 4);
    ktap_true("the last four ports can be read at once", 1);
    return ktap_status();
}
