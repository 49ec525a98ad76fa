/* checks/tables.c: the tables that the CPU really uses, read back from it: GDT, IDT, TSS, CR0. */

#include "checks/descriptors.h"
#include "checks/special_entry.h"
#include "cpu/cpu.h"
#include "include/x86.h"
#include "kernel/checks.h"
#include "lib/ktap.h"
#include "proc/process.h"
#include "sys/check_arguments.h"

#define TSS_BUSY 0x8b00 /* bits 55:40; LTR made 8b of 89 (SDM 3A 7.2.2) */
#define PIC1_MASK 0x21
#define PIC2_MASK 0xa1

static void check_gdt(void)
{
    struct table_register gdtr;
    uint32_t used = 0;

    __asm__ volatile("sgdt %0" : "=m"(gdtr));
    ktap_equal("gdtr: base", gdtr.base, (uint32_t)gdt);
    ktap_equal("gdtr: limit", gdtr.limit, GDT_ENTRIES * 8 - 1);
    for (uint32_t i = 0; i < DESCRIPTORS; i++) {
        ktap_true(descriptors[i].text, descriptor_is_right(gdt[descriptors[i].index], i));
    }
    for (uint32_t i = 0; i < GDT_ENTRIES; i++) {
        used += gdt[i] != 0;
    }
    ktap_equal("gdt: entries in use: these and the TSS", used, DESCRIPTORS);
}

static void check_tss(void)
{
    const struct process *process = current_process();
    uint32_t selector = 0, ldt = 1;
    uint64_t descriptor = gdt[SEL_TSS / 8];

    __asm__ volatile("str %w0" : "+r"(selector));
    __asm__ volatile("sldt %w0" : "+r"(ldt));
    ktap_equal("tr", selector, SEL_TSS);
    ktap_equal("ldtr", ldt, 0);
    ktap_equal("tss: base", descriptor_base(descriptor), (uint32_t)&tss);
    ktap_equal("tss: limit", descriptor_limit(descriptor), 103);
    ktap_equal("tss: type, DPL, flags", (uint32_t)(descriptor >> 32) & 0x00f0ff00, TSS_BUSY);
    ktap_equal("tss: ss0", tss.ss0, SEL_KERNEL_DATA);
    ktap_equal("tss: esp0 is the running process", tss.esp0, (uint32_t)process);
    ktap_true("tss: no I/O permission bitmap", tss.iomap_base > 103);
    /* It has no program: words of a stack that begins above it would show. */
    ktap_true("nothing is pushed over the kernel's own struct process",
              !process->name && !process->parent && process->pid == 0);
}

static uint16_t expected_type(uint32_t vector)
{
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
        int wanted = i < EXCEPTIONS || i == SYSCALL_VECTOR;
        if (wanted ? idt[i].type != expected_type(i) || idt[i].selector != SEL_KERNEL_CODE
                   : idt[i].type != 0) {
            wrong = i;
        }
    }
    ktap_equal("idtr: limit", idtr.limit, 256 * 8 - 1);
    ktap_equal("idt: first gate with another type, DPL or selector", wrong, 256);
    uint32_t wrong_entry = EXCEPTIONS;
    for (uint32_t i = 0; i < EXCEPTIONS; i++) {
        uint32_t entry = idt[i].offset_low | (uint32_t)idt[i].offset_high << 16;
        uint32_t special = special_entry(i);
        if (special ? entry != special : !entry_is_right(&idt[i], i)) {
            wrong_entry = i;
        }
    }
    ktap_equal("idt: first exception whose entry pushes something else", wrong_entry, EXCEPTIONS);
    ktap_equal("idt: int 0x80 is there", idt[SYSCALL_VECTOR].type, GATE_INTERRUPT_USER);
    ktap_equal("no interrupt line is let in", inb(PIC1_MASK) & inb(PIC2_MASK), 0xff);
}

static void check_control(void)
{
    uint32_t cr0;

    __asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
    ktap_true("cr0.PE, PG: protected mode, paging", (cr0 & (CR0_PE | CR0_PG)) == (CR0_PE | CR0_PG));
    ktap_true("cr0.WP: read-only for the kernel too", (cr0 & CR0_WP) != 0);
    ktap_true("cr0.AM: alignment checks", (cr0 & CR0_AM) != 0);
    ktap_true("cr0.EM: no x87", (cr0 & CR0_EM) != 0);
}

int check_tables(void)
{
    ktap_plan(2 + DESCRIPTORS + 1 + 9 + 5 + 4);
    check_gdt();
    check_tss();
    check_idt();
    check_control();
    gdt[CHECK_BASED / 8] = DESCRIPTOR_BASED;
    return ktap_status();
}
