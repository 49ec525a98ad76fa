/* checks/tables.c: the tables that the CPU really uses, read back from it: GDT, IDT, TSS, CR0. */

#include "checks/cr0_x87.h"
#include "checks/descriptors.h"
#include "checks/timer.h"
#include "cpu/cpu.h"
#include "include/x86.h"
#include "kernel/checks.h"
#include "lib/ktap.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "sys/check_arguments.h"

#define DESCRIPTOR_TSS_BUSY 0x0000020000000000u /* set by LTR: type 9 becomes 11 (SDM 3A 7.2.2) */
#define GATE_TASK 0x8500
#define IO_BITMAP_END 8192u /* from iomap_base on: the byte of ones behind the bitmap */

static void check_gdt(const struct cpu *cpu)
{
    struct table_register gdtr;
    uint32_t good = 1;

    __asm__ volatile("sgdt %0" : "=m"(gdtr));
    ktap_equal("gdtr: base", gdtr.base, (uint32_t)cpu->gdt);
    ktap_equal("gdtr: limit", gdtr.limit, GDT_ENTRIES * 8 - 1);
    for (uint32_t i = 0; i < DESCRIPTORS; i++) {
        ktap_true(descriptors[i].text, descriptor_is_right(cpu->gdt[descriptors[i].index], i));
    }
    for (uint32_t i = 0; i < GDT_ENTRIES; i++) {
        int tss = i == SEL_TSS / 8 || i == SEL_DOUBLE_FAULT_TSS / 8;
        good &= tss || cpu->gdt[i] == gdt_image[i];
    }
    ktap_true("gdt: all entries but the TSSs as in the image", (int)good);
}

static void check_tss(const struct cpu *cpu)
{
    uint32_t selector = 0;
    uint64_t descriptor = cpu->gdt[SEL_TSS / 8];
    uint32_t limit = descriptor_limit(descriptor);
    const uint8_t *bitmap = (const uint8_t *)&cpu->tss + cpu->tss.iomap_base;

    __asm__ volatile("str %w0" : "+r"(selector));
    ktap_equal("tr", selector, SEL_TSS);
    ktap_equal("tss: base", descriptor_base(descriptor), (uint32_t)&cpu->tss);
    ktap_true("tss: type, and otherwise as in the image",
              (descriptor & 0x00ffff000000ffffu) == (gdt_image[SEL_TSS / 8] | DESCRIPTOR_TSS_BUSY));
    ktap_true("tss: limit", limit >= TSS_SIZE - 1 && limit < sizeof *cpu);
    ktap_equal("tss: ss0", cpu->tss.ss0, SEL_KERNEL_DATA);
    ktap_equal("tss: esp0 is the running process", cpu->tss.esp0, (uint32_t)current_process());
    if (cpu->tss.iomap_base > limit) {
        ktap_true("tss: no I/O permission bitmap", 1);
    } else {
        ktap_true("tss: a byte of ones behind the I/O permission bitmap, inside the limit",
                  cpu->tss.iomap_base >= TSS_SIZE && cpu->tss.iomap_base + IO_BITMAP_END <= limit &&
                      bitmap[IO_BITMAP_END] == 0xff);
    }
}

extern void double_fault_task(void);

/* The task that a double fault switches to, of each CPU: nothing of it is used before it is too
 * late. */
static void check_double_fault_tss(void)
{
    int base = 1, stack = 1, code = 1, data = 1;

    for (const struct cpu *cpu = cpus; cpu < cpus + CPU_COUNT; cpu++) {
        const struct tss *tss = &cpu->double_fault_tss;
        uint64_t descriptor = cpu->gdt[SEL_DOUBLE_FAULT_TSS / 8];
        uint32_t stack_addr = (uint32_t)cpu->double_fault_stack;
        if (!cpu->idle) {
            continue; /* it has not come */
        }
        base &= descriptor_base(descriptor) == (uint32_t)tss &&
                descriptor_limit(descriptor) == TSS_SIZE - 1;
        stack &=
            tss->ss == SEL_KERNEL_DATA && tss->esp == stack_addr + sizeof cpu->double_fault_stack;
        code &= tss->cs == SEL_KERNEL_CODE && tss->eip == (uint32_t)double_fault_task &&
                tss->eflags == EFLAGS_ALWAYS_1;
        data &= tss->ds == SEL_USER_DATA && tss->es == SEL_USER_DATA &&
                tss->cr3 == virt_to_phys(kernel_page_directory);
    }
    ktap_true("double fault tss: base and limit", base);
    ktap_true("double fault tss: stack", stack);
    ktap_true("double fault tss: code", code);
    ktap_true("double fault tss: data", data);
}

static uint16_t expected_type(uint32_t vector)
{
    if (vector == VECTOR_DF) {
        return GATE_TASK;
    }
    return vector == VECTOR_BP || vector == VECTOR_OF || vector == SYSCALL_VECTOR
               ? GATE_INTERRUPT_USER
               : GATE_INTERRUPT;
}

static void check_idt(void)
{
    struct table_register idtr;
    uint32_t wrong = 256;

    __asm__ volatile("sidt %0" : "=m"(idtr));
    const struct gate *idt = (const void *)idtr.base;
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t selector = i == VECTOR_DF ? SEL_DOUBLE_FAULT_TSS : SEL_KERNEL_CODE;
        int empty = i >= FIRST_IRQ_VECTOR && idt[i].type == 0;
        if (!empty && (idt[i].type != expected_type(i) || idt[i].selector != selector)) {
            wrong = i;
        }
    }
    ktap_equal("idtr: limit", idtr.limit, 256 * 8 - 1);
    ktap_equal("idt: first gate with another type, DPL or selector", wrong, 256);
    uint32_t wrong_entry = EXCEPTIONS;
    for (uint32_t i = 0; i < EXCEPTIONS; i++) {
        int special = i == VECTOR_DB || i == VECTOR_NMI || i == VECTOR_DF;
        if (!special && !entry_is_right(&idt[i], i)) {
            wrong_entry = i;
        }
    }
    ktap_equal("idt: first exception whose entry pushes something else", wrong_entry, EXCEPTIONS);
    ktap_true("idt: timer, serial port and spurious interrupts are there",
              idt[FIRST_IRQ_VECTOR + IRQ_TIMER].type && idt[FIRST_IRQ_VECTOR + IRQ_SERIAL].type &&
                  idt[FIRST_IRQ_VECTOR + IRQ_SPURIOUS].type);
    ktap_equal("idt: int 0x80 is there", idt[SYSCALL_VECTOR].type, GATE_INTERRUPT_USER);
    ktap_equal("lines that may interrupt", 0xffff & ~(inb(PIC1_DATA) | inb(PIC2_DATA) << 8),
               1 << IRQ_TIMER | 1 << IRQ_SERIAL);
}

#define LOOKS_MAX 1000000

/* The rate that the clock was started with; other checks set it anew. The chip counts down from its
 * divisor: looked at often enough, it is once in the upper half. */
static void check_rate(void)
{
    uint32_t left = 0;

    for (uint32_t i = 0; i < LOOKS_MAX && left <= TIMER_DIVISOR / 2; i++) {
        left = timer_left();
    }
    ktap_true("timer: it counts down from what makes its rate",
              left > TIMER_DIVISOR / 2 && left <= TIMER_DIVISOR);
}

static void check_control(void)
{
    uint32_t cr0 = cr0_read();

    ktap_true("cr0.PE, PG: protected mode, paging", (cr0 & (CR0_PE | CR0_PG)) == (CR0_PE | CR0_PG));
    ktap_true("cr0.WP: read-only for the kernel too", (cr0 & CR0_WP) != 0);
    ktap_true("cr0.AM: alignment checks", (cr0 & CR0_AM) != 0);
    ktap_true(CR0_X87_TEXT, cr0_x87_good(cr0));
}

int check_tables(void)
{
    const struct cpu *cpu = this_cpu();

    ktap_plan(3 + DESCRIPTORS + 7 + 4 + 6 + 4 + 1);
    check_gdt(cpu);
    check_tss(cpu);
    check_double_fault_tss();
    check_idt();
    check_control();
    check_rate();
    for (uint32_t i = 0; i < CPU_COUNT; i++) {
        cpus[i].gdt[CHECK_BASED / 8] = DESCRIPTOR_BASED;
    }
    return ktap_status();
}
