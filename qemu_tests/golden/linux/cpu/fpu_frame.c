/* cpu/fpu_frame.c: the x87 and SSE registers in a signal frame. */

#include "cpu/fpu_frame.h"

#include "cpu/cpu.h"
#include "cpu/fpu.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "proc/signal_frame.h"

#define MXCSR_WORD 6
#define MXCSR_MASK_WORD 7
#define MXCSR_MASK_DEFAULT 0xffbfu /* if the CPU does not say (SDM 1 11.6.6) */

static int has_fxsave(void)
{
    return (cpu_features.leaf1_edx & CPUID_FXSR) != 0;
}

/* Both forms: FNSAVE is what programs of the time before SSE know. */
int fpu_to_user(struct fpstate *user)
{
    struct process *process = current_process();
    uint32_t fsave[27];
    const uint16_t magic = has_fxsave() ? FPSTATE_HAS_FXSAVE : FPSTATE_ONLY_FSAVE;

    fpu_save(process);
    fpu_load(process);
    __asm__ volatile("fnsave %0" : "=m"(fsave));
    fpu_load(process);
    const uint16_t status = (uint16_t)fsave[1];
    if (copy_to_user(user->fsave, fsave, sizeof fsave) != 0 ||
        copy_to_user(&user->status, &status, sizeof status) != 0 ||
        copy_to_user(&user->magic, &magic, sizeof magic) != 0) {
        return -EFAULT;
    }
    return has_fxsave() ? copy_to_user(user->fxsave, process->fpu, sizeof user->fxsave) : 0;
}

/* Bits of MXCSR that this CPU does not have would make FXRSTOR fault in the kernel. */
int fpu_from_user(const struct fpstate *user)
{
    struct process *process = current_process();
    uint32_t *words = process->fpu;
    int error;

    if (!words) {
        return 0;
    }
    fpu_save(process);
    if (has_fxsave()) {
        uint32_t mask = words[MXCSR_MASK_WORD] ? words[MXCSR_MASK_WORD] : MXCSR_MASK_DEFAULT;
        error = copy_from_user(words, user->fxsave, sizeof user->fxsave);
        words[MXCSR_WORD] &= mask;
    } else {
        error = copy_from_user(words, user->fsave, sizeof user->fsave);
    }
    if (error) {
        fpu_reset(process);
        return error;
    }
    fpu_load(process);
    return 0;
}
