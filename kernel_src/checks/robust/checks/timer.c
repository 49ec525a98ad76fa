/* checks/timer.c: many calls under a timer that interrupts all the time.
 *
 * While the kernel is entered and left, interrupts are off: one would find a half-built frame, or a
 * stack already given up. SYSEXIT does not switch them on; STI before it does, one instruction late
 * (SDM 2B, STI), so that an interrupt that waited comes at the first instruction in ring 3, and
 * never at SYSEXIT itself.
 */

#include "checks/timer.h"

#include "checks/clock.h"
#include "checks/interrupted.h"
#include "checks/rule.h"
#include "dev/dev.h"
#include "include/x86.h"
#include "kernel/checks.h"
#include "kernel/suite.h"
#include "lib/ktap.h"
#include "proc/process.h"

#define STORM_HZ 100000
/* With several CPUs the clock is the host's. An emulator that is late with its interrupts makes up
 * for them before anything else, and one that is too slow for the rate does nothing else for ever:
 * QEMU on a busy host, with 100000. */
#define HOST_HZ_MAX 2000
/* Likewise a CPU that has not got through one interrupt when the next one comes. */
#define INTERRUPTS_MAX 20000
#define RUNS_MAX 100
#define OPCODE_HLT 0xf4
#define PIC_READ_IN_SERVICE 0x0b /* Intel 8259A data sheet, OCW3 */

static volatile int counting; /* else the clock ticks as ever */
static struct landings landings;
static int32_t last_pid;
static uint32_t interrupts, ticks;
/* Lines whose interrupt has not ended: at the first one, and after a spurious one in its midst. */
static uint8_t in_service, in_service_still;

static void count(const struct pt_regs *regs)
{
    landings.switches += current_process()->pid != last_pid;
    last_pid = current_process()->pid;
    if ((regs->cs & 3) == 3) {
        landings.user++;
        if (landed_after_gate(regs)) {
            landings.after_gate++;
            landings.with_rf += (regs->eflags & EFLAGS_RF) != 0;
        }
    } else if (((const uint8_t *)regs->eip)[-1] == OPCODE_HLT) {
        landings.halted++;
    } else {
        landings.kernel++;
    }
}

static uint8_t lines_in_service(void)
{
    outb(PIC1_COMMAND, PIC_READ_IN_SERVICE);
    return inb(PIC1_COMMAND);
}

void check_timer_interrupt(struct pt_regs *regs)
{
    if (counting) {
        count(regs);
        if (interrupts == 0) {
            in_service = lines_in_service();
            __asm__ volatile("int %0" : : "i"(FIRST_IRQ_VECTOR + IRQ_SPURIOUS) : "memory");
            in_service_still = lines_in_service();
        }
        if (++interrupts == INTERRUPTS_MAX) {
            timer_set_rate(TIMER_HZ);
        }
    }
    interrupted_without_rf(regs);
    clock_of_step(regs);
}

struct landings timer_landings(uint32_t hz, const char *program, uint32_t instances, int *well)
{
    uint32_t start = timer_ticks;

    landings = (struct landings){0};
    interrupts = 0;
    timer_set_rate(CPU_COUNT > 1 && hz > HOST_HZ_MAX ? HOST_HZ_MAX : hz);
    counting = 1;
    *well = program_run(program, instances, -1);
    counting = 0;
    ticks = timer_ticks - start;
    timer_set_rate(TIMER_HZ);
    return landings;
}

/* The chip counts down, and interrupts where it begins again: just then most of it is left. Less is
 * if the chip's clock is the host's, and ran on while the emulator waited for its turn. */
static void check_rate(void)
{
    const char *text = "the timer counts down from what makes its rate";
    uint32_t left = 0;

    if (CPU_COUNT > 1) {
        ktap_skip(text, "the clock is the host's, and does not wait");
        return;
    }
    wait_for_interrupt(); /* the first may have been due, and still be of another rate */
    for (int i = 0; i < RUNS_MAX && left <= TIMER_DIVISOR / 2; i++) {
        wait_for_interrupt();
        left = timer_left();
    }
    ktap_true(text, left > TIMER_DIVISOR / 2 && left <= TIMER_DIVISOR);
}

static int missed(const struct landings *found)
{
    return found->user == 0 || (landings_after_gate_expected() && found->after_gate == 0);
}

int check_timer_storm(void)
{
    int well;
    /* On each CPU, as only one of them gets the interrupts. */
    struct landings found = timer_landings(STORM_HZ, "many-calls", CPU_COUNT, &well);

    /* Where it lands is chance if several CPUs share those of the host, and whether it comes at all
     * while the calls last: the CPU that gets it may be the one that has to wait. */
    for (int i = 0; i < RUNS_MAX && well && missed(&found); i++) {
        int again;
        found = timer_landings(STORM_HZ, "many-calls", CPU_COUNT, &again);
        well &= again;
    }
    /* After a fault RF is set until its instruction has run: not so after SYSEXIT. */
    const struct rule rf = {"and found EFLAGS.RF clear there, as it was", 0,
                            (int32_t)found.after_gate,
                            "this emulator sets it for every interrupt, as QEMU 10 and 11"};

    ktap_plan(5 + 3);
    if (TICK_FOR_INTERRUPT) {
        ktap_equal("ticks, one for each interrupt", ticks, interrupts);
    } else {
        ktap_skip("ticks, one for each interrupt", "they are those of the time that has passed");
    }
    ktap_equal("the line is in service until the end of interrupt, whatever comes in between",
               (uint32_t)in_service << 8 | in_service_still, 0x0101u << IRQ_TIMER);
    check_rate();
    ktap_true("every call went well", well);
    ktap_true("interrupts landed in ring 3", found.user > 0);
    if (landings_after_gate_expected()) {
        ktap_true("and some at the first instruction after SYSEXIT", found.after_gate > 0);
        rule_result(&rf, (int32_t)found.with_rf);
    } else {
        ktap_skip("and some at the first instruction after SYSEXIT", "SYSEXIT is not used");
        ktap_skip(rf.text, "SYSEXIT is not used");
    }
    ktap_equal("interrupts that landed in the kernel, but for HLT", found.kernel, 0);
    return ktap_status();
}
