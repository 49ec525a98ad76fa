/* cpu/idt.c: the Interrupt Descriptor Table: one gate for each vector in use (SDM 3A 6.11). */

#include "cpu/idt.h"

#include "include/constants.h"
#include "kernel/interrupts.h"

#define GATE_PRESENT 0x8000
#define GATE_INTERRUPT 0x0e00 /* clears IF on the way in */
#define GATE_TASK 0x0500      /* switches to the task of a TSS */
#define GATE_FROM_USER 0x6000 /* DPL 3: an INT instruction in ring 3 may use it */

extern void int80_entry(void);
extern void irq_timer(void);
extern void irq_serial(void);
extern void irq_spurious(void);

/* By vector; NULL for the double fault. See entry/traps.asm. */
extern void (*const exception_entries[])(void);

static const struct {
    uint16_t type;
    const char *name;
} exceptions[] = {
    {GATE_INTERRUPT, "#DE divide error"},
    {GATE_INTERRUPT, "#DB debug exception"},
    {GATE_INTERRUPT, "non-maskable interrupt"},
    {GATE_INTERRUPT | GATE_FROM_USER, "#BP breakpoint"},
    {GATE_INTERRUPT | GATE_FROM_USER, "#OF overflow"},
    {GATE_INTERRUPT, "#BR bound range exceeded"},
    {GATE_INTERRUPT, "#UD invalid opcode"},
    {GATE_INTERRUPT, "#NM device not available"},
    {GATE_INTERRUPT, "#DF double fault"},
    {GATE_INTERRUPT, "coprocessor segment overrun"},
    {GATE_INTERRUPT, "#TS invalid TSS"},
    {GATE_INTERRUPT, "#NP segment not present"},
    {GATE_INTERRUPT, "#SS stack-segment fault"},
    {GATE_INTERRUPT, "#GP general protection"},
    {GATE_INTERRUPT, "#PF page fault"},
    {GATE_INTERRUPT, "reserved exception 15"},
    {GATE_INTERRUPT, "#MF x87 floating-point error"},
    {GATE_INTERRUPT, "#AC alignment check"},
    {GATE_INTERRUPT, "#MC machine check"},
    {GATE_INTERRUPT, "#XM SIMD floating-point exception"},
    {GATE_INTERRUPT, "#VE virtualization exception"},
    {GATE_INTERRUPT, "#CP control protection exception"},
    {GATE_INTERRUPT, "reserved exception 22"},
    {GATE_INTERRUPT, "reserved exception 23"},
    {GATE_INTERRUPT, "reserved exception 24"},
    {GATE_INTERRUPT, "reserved exception 25"},
    {GATE_INTERRUPT, "reserved exception 26"},
    {GATE_INTERRUPT, "reserved exception 27"},
    {GATE_INTERRUPT, "#HV hypervisor injection exception"},
    {GATE_INTERRUPT, "#VC VMM communication exception"},
    {GATE_INTERRUPT, "#SX security exception"},
    {GATE_INTERRUPT, "reserved exception 31"},
};

#define EXCEPTIONS (sizeof exceptions / sizeof exceptions[0])

struct gate {
    uint16_t offset_low;
    uint16_t selector;
    uint16_t type;
    uint16_t offset_high;
};

static struct gate idt[256] __attribute__((aligned(8)));

static void gate_set(uint32_t vector, void (*entry)(void), uint16_t type)
{
    uint32_t offset = (uint32_t)entry;

    idt[vector] = (struct gate){(uint16_t)offset, SEL_KERNEL_CODE, GATE_PRESENT | type,
                                (uint16_t)(offset >> 16)};
}

static void idt_fill(void)
{
    for (uint32_t vector = 0; vector < EXCEPTIONS; vector++) {
        gate_set(vector, exception_entries[vector], exceptions[vector].type);
    }
    gate_set(FIRST_IRQ_VECTOR + IRQ_TIMER, irq_timer, GATE_INTERRUPT);
    gate_set(FIRST_IRQ_VECTOR + IRQ_SERIAL, irq_serial, GATE_INTERRUPT);
    gate_set(FIRST_IRQ_VECTOR + IRQ_SPURIOUS, irq_spurious, GATE_INTERRUPT);
    gate_set(SYSCALL_VECTOR, int80_entry, GATE_INTERRUPT | GATE_FROM_USER);
    /* A double fault may mean that the kernel stack is unusable: a task has its own. */
    idt[VECTOR_DF] = (struct gate){0, SEL_DOUBLE_FAULT_TSS, GATE_PRESENT | GATE_TASK, 0};
}

void idt_load(void)
{
    struct __attribute__((packed)) {
        uint16_t limit;
        uint32_t base;
    } idtr = {sizeof idt - 1, (uint32_t)idt};

    idt_fill();
    __asm__ volatile("lidt %0" : : "m"(idtr));
}

const char *trap_name(uint32_t vector)
{
    return vector < EXCEPTIONS ? exceptions[vector].name : "interrupt";
}

/* One handler for each vector; exceptions not named here end the program, or the kernel. */
void trap_dispatch(struct pt_regs *regs, uint32_t vector)
{
    switch (vector) {
    case VECTOR_PF:
        /* ends a program; in the kernel's copy functions it is expected */
        page_fault(regs, vector);
        break;
    case FIRST_IRQ_VECTOR + IRQ_TIMER:
        /* the clock */
        timer_interrupt(regs, vector);
        break;
    case FIRST_IRQ_VECTOR + IRQ_SERIAL:
        /* a character was typed */
        serial_interrupt(regs, vector);
        break;
    case FIRST_IRQ_VECTOR + IRQ_SPURIOUS:
        /* nothing to do */
        spurious_interrupt(regs, vector);
        break;
    case VECTOR_DB:
        /* SYSENTER does not clear EFLAGS.TF */
        debug_exception(regs, vector);
        break;
    default:
        trap_unexpected(regs, vector);
    }
}
