/* cpu/fpu.c: the x87 and SSE registers of processes (SDM 1 8, 10; SDM 3A 13).
 *
 * They are saved and loaded at each switch. CR0.TS would let one wait until a process uses them,
 * with an exception then; but today's C libraries copy memory with them, so that most do.
 *
 * FXSAVE saves all of both; it needs CR4.OSFXSR, without which SSE instructions raise #UD. A CPU
 * before it has FNSAVE for the x87, which also resets it.
 */

#include "cpu/fpu.h"

#include "cpu/cpu.h"
#include "include/x86.h"
#include "lib/lib.h"
#include "mm/space.h"
#include "proc/process.h"

#define STATE_BYTES 512 /* of FXSAVE, on a multiple of 16; FNSAVE needs 108 */

static int has_fpu(void)
{
    return (cpu_features.leaf1_edx & CPUID_FPU) != 0;
}

void fpu_init(void)
{
    if (!has_fpu()) {
        return; /* CR0.EM is set: x87 instructions raise #NM */
    }
    cr0_write((cr0_read() & ~CR0_EM) | CR0_MP | CR0_NE);
    if (fpu_has_fxsave()) {
        cr4_set(CR4_OSFXSR | (cpu_features.leaf1_edx & CPUID_SSE ? CR4_OSXMMEXCPT : 0));
    }
}

void fpu_save(struct process *process)
{
    if (fpu_has_fxsave()) {
        __asm__ volatile("fxsave (%0)" : : "r"(process->fpu) : "memory");
    } else {
        __asm__ volatile("fnsave (%0)" : : "r"(process->fpu) : "memory");
    }
}

/* FRSTOR would raise what the last process has left, in the kernel. */
void fpu_load(const struct process *process)
{
    if (fpu_has_fxsave()) {
        __asm__ volatile("fxrstor (%0)" : : "r"(process->fpu) : "memory");
    } else {
        __asm__ volatile("fnclex\n\tfrstor (%0)" : : "r"(process->fpu) : "memory");
    }
}

/* What FNINIT makes of the x87 (SDM 2A), and a reset of MXCSR: every
 * exception is masked. */
static void state_reset(uint32_t *state)
{
    memset(state, 0, STATE_BYTES);
    if (fpu_has_fxsave()) {
        state[0] = 0x037f; /* FCW; the abridged tag word says that all registers are empty */
        state[6] = 0x1f80; /* MXCSR */
    } else {
        state[0] = 0xffff037f;
        state[1] = 0xffff0000;
        state[2] = 0xffffffff;
    }
}

void fpu_reset(struct process *process)
{
    if (!process->fpu) {
        return;
    }
    state_reset(process->fpu);
    if (process == current_process()) {
        fpu_load(process);
    }
}

int fpu_fork(struct process *child, struct process *parent)
{
    if (!has_fpu()) {
        return 0;
    }
    child->fpu = memory_alloc(STATE_BYTES);
    if (!child->fpu) {
        return -ENOMEM;
    }
    if (parent->fpu) {
        fpu_save(parent);
        memcpy(child->fpu, parent->fpu, STATE_BYTES);
        fpu_load(parent); /* FNSAVE has reset them */
    }
    return 0;
}

void fpu_free(struct process *process)
{
    memory_free(process->fpu);
    process->fpu = NULL;
}

void fpu_switch(struct process *previous, struct process *next)
{
    if (previous->fpu) {
        fpu_save(previous);
    }
    if (next->fpu) {
        fpu_load(next);
    }
}
