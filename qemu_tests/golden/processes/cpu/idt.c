/* cpu/idt.c: the Interrupt Descriptor Table: one gate for each vector in use (SDM 3A 6.11). */

#include "cpu/cpu.h"

#include "kernel/kernel.h"

#define GATE_PRESENT 0x8000
#define GATE_INTERRUPT 0x0e00 /* clears IF on the way in */
#define GATE_TASK 0x0500      /* switches to the task of a TSS */
#define GATE_FROM_USER 0x6000 /* DPL 3: an INT instruction in ring 3 may use it */

extern void int80_entry(void);
extern void irq_timer(void);
extern void irq_serial(void);
extern void irq_spurious(void);

#define EXCEPTIONS 32

/* By vector; NULL for the double fault. See entry/traps.asm. */
extern void (*const exception_entries[EXCEPTIONS])(void);

/* NULL: reserved by Intel. */
static const char *const exception_names[EXCEPTIONS] = {
    [0] = "#DE divide error",
    [1] = "#DB debug exception",
    [2] = "non-maskable interrupt",
    [3] = "#BP breakpoint",
    [4] = "#OF overflow",
    [5] = "#BR bound range exceeded",
    [6] = "#UD invalid opcode",
    [7] = "#NM device not available",
    [8] = "#DF double fault",
    [9] = "coprocessor segment overrun",
    [10] = "#TS invalid TSS",
    [11] = "#NP segment not present",
    [12] = "#SS stack-segment fault",
    [13] = "#GP general protection",
    [14] = "#PF page fault",
    [16] = "#MF x87 floating-point error",
    [17] = "#AC alignment check",
    [18] = "#MC machine check",
    [19] = "#XM SIMD floating-point exception",
    [20] = "#VE virtualization exception",
    [21] = "#CP control protection exception",
    [28] = "#HV hypervisor injection exception",
    [29] = "#VC VMM communication exception",
    [30] = "#SX security exception",
};

struct gate {
    uint16_t offset_low, selector, type, offset_high;
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
        gate_set(vector, exception_entries[vector], GATE_INTERRUPT);
    }
    idt[VECTOR_BP].type |= GATE_FROM_USER;
    idt[VECTOR_OF].type |= GATE_FROM_USER;
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
    const char *name = vector < EXCEPTIONS ? exception_names[vector] : "interrupt";

    return name ? name : "reserved exception";
}

/* One handler for each vector; exceptions not named here end the program, or the kernel. */
void trap_dispatch(struct pt_regs *regs, uint32_t vector)
{
    switch (vector) {
    case VECTOR_PF: /* a page that is not there yet, mostly */
        memory_fault(regs, vector);
        break;
    case FIRST_IRQ_VECTOR + IRQ_TIMER: /* the next one's turn */
        clock_tick(regs);
        break;
    case FIRST_IRQ_VECTOR + IRQ_SERIAL: /* a character was typed */
        console_interrupt();
        break;
    case FIRST_IRQ_VECTOR + IRQ_SPURIOUS: /* went away; wants no end of interrupt */
        break;
    case VECTOR_DB: /* SYSENTER does not clear TF */
        debug_exception(regs, vector);
        break;
    default:
        trap_unexpected(regs, vector);
    }
}
