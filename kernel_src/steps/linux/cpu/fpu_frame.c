/* cpu/fpu_frame.c: the x87 and SSE registers in a signal frame. */

#include "cpu/fpu_frame.h"

#include "cpu/fpu.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "proc/signal_frame.h"

#define MXCSR_WORD 6
#define MXCSR_MASK_WORD 7
#define MXCSR_MASK_DEFAULT 0xffbfu /* if the CPU does not say (SDM 1 11.6.6) */

/* Both forms: FNSAVE is what programs of the time before SSE know. */
int fpu_to_user(struct fpstate *user)
{
    struct process *process = current_process();
    uint32_t fsave[27];
    const uint16_t magic = fpu_has_fxsave() ? FPSTATE_HAS_FXSAVE : FPSTATE_ONLY_FSAVE;

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
    return fpu_has_fxsave() ? copy_to_user(user->fxsave, process->fpu, sizeof user->fxsave) : 0;
}

/* The x87 comes from the old form, which programs know how to change, and SSE from the new one.
 * Bits of MXCSR that this CPU does not have would make FXRSTOR fault in the kernel. */
int fpu_from_user(const struct fpstate *user)
{
    struct process *process = current_process();
    uint32_t *words = process->fpu;
    uint32_t fsave[27];

    if (!words) {
        return 0;
    }
    fpu_save(process);
    uint32_t mask = words[MXCSR_MASK_WORD] ? words[MXCSR_MASK_WORD] : MXCSR_MASK_DEFAULT;
    int error = copy_from_user(fsave, user->fsave, sizeof fsave);
    if (error == 0 && fpu_has_fxsave()) {
        error = copy_from_user(words, user->fxsave, sizeof user->fxsave);
        words[MXCSR_WORD] &= mask;
    }
    if (error) {
        fpu_reset(process);
        return error;
    }
    fpu_load(process);
    __asm__ volatile("fnclex\n\tfrstor %0" : : "m"(fsave));
    return 0;
}

/* The six exceptions: those that have happened and are not masked. */
uint32_t fpu_raised(uint32_t vector)
{
    struct process *process = current_process();
    const uint32_t *words = process->fpu;
    uint32_t status, masked;

    fpu_save(process);
    fpu_load(process);
    if (vector == VECTOR_XM) {
        status = words[MXCSR_WORD];
        masked = status >> 7;
    } else {
        status = fpu_has_fxsave() ? words[0] >> 16 : words[1];
        masked = words[0];
    }
    return status & ~masked & 0x3f;
}
