/* checks/ends.c: how programs end, and what the kernel has of them then.
 *
 * Most programs of the suite are good if they exit with status 0: so any other status must come
 * through, by both ways into the kernel. And what they say by write() goes to the UART, which can
 * receive what it sends (PC16550D data sheet, 8.6.7: loop).
 */

#include "checks/ends_more.h"
#include "checks/run.h"
#include "dev/dev.h"
#include "include/x86.h"
#include "kernel/checks.h"
#include "kernel/suite.h"
#include "lib/ktap.h"
#include "proc/process.h"
#include "sys/check_arguments.h"

#define DATA 0x3f8 /* of COM1 */
#define INTERRUPT_ENABLE 0x3f9
#define LINE_CONTROL 0x3fb
#define MODEM_CONTROL 0x3fc
#define LINE_STATUS 0x3fd
#define LINE_CONTROL_8N1 0x03
#define LINE_CONTROL_DIVISOR 0x80 /* the first two ports are the divisor's bytes */
#define LINE_STATUS_ALL_SENT 0x40
#define MODEM_CONTROL_LOOP 0x10

#define FROM_IDT 2 /* error code of others: a selector, or a vector, see SDM 3A 6.13 */

static const struct {
    const char *program;
    uint32_t error_code;
} rows[] = {
    {"divide", 0},
    {"segment", GDT_ENTRIES * 8},
    {"local-segment", 4}, /* the bit that says LDT */
    {"far-jump", SEL_KERNEL_CODE},
    {"hlt", 0},
    {"int-0x30", 0x30 * 8 | FROM_IDT},
    {"read-kernel", PAGE_FAULT_PROTECTION | PAGE_FAULT_USER},
    {"write-kernel", PAGE_FAULT_PROTECTION | PAGE_FAULT_WRITE | PAGE_FAULT_USER},
    {"null", PAGE_FAULT_USER},
    {"write-text", PAGE_FAULT_PROTECTION | PAGE_FAULT_WRITE | PAGE_FAULT_USER},
    {"stack-overflow", PAGE_FAULT_WRITE | PAGE_FAULT_USER},
};

#define ROWS (sizeof rows / sizeof rows[0])

static int32_t run(const char *program)
{
    struct process *process = check_start(program);

    return process ? check_end(process) : 0;
}

/* Bytes take their time: what was printed before must not come back, and what was written must. */
static void wait_until_sent(void)
{
    while ((inb(LINE_STATUS) & LINE_STATUS_ALL_SENT) == 0) {
    }
}

/* An emulator takes any speed; what is at the other end of a wire does not. */
static void check_line(void)
{
    uint8_t control = inb(LINE_CONTROL);

    wait_until_sent();
    ktap_equal("8 bits, no parity", control, LINE_CONTROL_8N1);
    ktap_equal("the UART's interrupts", inb(INTERRUPT_ENABLE), UART_INTERRUPTS);
    outb(LINE_CONTROL, control | LINE_CONTROL_DIVISOR);
    uint32_t divisor = inb(DATA) | (uint32_t)inb(INTERRUPT_ENABLE) << 8;
    outb(LINE_CONTROL, control);
    ktap_equal("115200 baud", divisor, 1);
}

static void check_written(void)
{
    uint8_t control = inb(MODEM_CONTROL);

    wait_until_sent();
    outb(MODEM_CONTROL, control | MODEM_CONTROL_LOOP);
    int32_t end = run("exit-written");
    wait_until_sent();
    uint8_t byte = received();
    serial_fresh_line();
    wait_until_sent();
    uint8_t next = received();
    outb(MODEM_CONTROL, control);
    ktap_equal("write() and exit(0x15a) by the best way", (uint32_t)end, (uint32_t)(-1000 - 0x5a));
    ktap_equal("what was written came to the UART", byte, 'w');
    ktap_equal("and a line feed, where the kernel goes on", next, '\n');
}

static void check_getpid(void)
{
    struct process *process = check_start("exit-pid");
    int32_t pid = process ? process->pid : 0;
    int32_t end = process ? check_end(process) : 0;

    ktap_equal("getpid() is the process's pid", (uint32_t)end, (uint32_t)(-1000 - (pid & 0xff)));
}

static void check_registers(void)
{
    int32_t end = run("all-registers");
    const struct pt_regs *regs = &check_last_regs;

    ktap_equal("killed with a pattern in each register", (uint32_t)end, VECTOR_UD);
    ktap_equal("eax", regs->eax, 0xa1a2a3a4);
    ktap_equal("ebx", regs->ebx, 0xb1b2b3b4);
    ktap_equal("ecx", regs->ecx, 0xc1c2c3c4);
    ktap_equal("edx", regs->edx, 0xd1d2d3d4);
    ktap_equal("esi", regs->esi, 0x51525354);
    ktap_equal("edi", regs->edi, 0x61626364);
    ktap_equal("ebp", regs->ebp, 0xe1e2e3e4);
    ktap_equal("esp", regs->esp, 0x71727374);
    ktap_equal("cs and ss", regs->cs << 16 | (regs->ss & 0xffff),
               SEL_USER_CODE << 16 | SEL_USER_DATA);
    ktap_equal("ds and es", regs->ds << 16 | (regs->es & 0xffff), SEL_USER_CODE << 16);
    ktap_equal("ds and es of the kernel", check_selectors_now(),
               SEL_USER_DATA << 16 | SEL_USER_DATA);
    ktap_equal("fs and gs", regs->fs << 16 | (regs->gs & 0xffff),
               SEL_USER_CODE << 16 | (SEL_USER_DATA & ~3u));
    ktap_equal("eflags, but for RF", regs->eflags & ~EFLAGS_RF,
               EFLAGS_AC | EFLAGS_ID | EFLAGS_DF | EFLAGS_NT | EFLAGS_IF | EFLAGS_ALWAYS_1);
}

int check_ends(void)
{
    ktap_plan(1 + 3 + 3 + ENDS_MORE + 1 + 14 + ROWS);
    ktap_equal("exit(0x123456fe) by int 0x80", (uint32_t)run("exit-status"),
               (uint32_t)(-1000 - 0xfe));
    check_line();
    check_written();
    ends_more();
    check_getpid();
    check_registers();
    for (uint32_t i = 0; i < ROWS; i++) {
        run(rows[i].program);
        ktap_equal(rows[i].program, check_last_regs.orig_eax, rows[i].error_code);
    }
    return ktap_status();
}
