/* proc/signal_frame.c: making a program's handler run, and going back to where it was.
 *
 * The handler's frame holds all that the program had in registers. When the handler returns, it
 * comes to a few instructions that call sigreturn(): the C library's (SA_RESTORER), or those in the
 * vDSO. Nothing that is read back is believed.
 */

#include "proc/signal_frame.h"

#include "cpu/fpu_frame.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"
#include "proc/segments.h"
#include "proc/signals.h"
#include "sys/calls.h"

/* What a program may change in EFLAGS by sigreturn(). */
#define EFLAGS_RESTORED (EFLAGS_ARITHMETIC | EFLAGS_TF | EFLAGS_DF | EFLAGS_RF | EFLAGS_AC)

static const uint8_t sigreturn_code[8] = {0x58, 0xb8, NR_sigreturn, 0, 0, 0, 0xcd, 0x80};
static const uint8_t rt_sigreturn_code[8] = {0xb8, NR_rt_sigreturn, 0, 0, 0, 0xcd, 0x80, 0};

static void context_save(struct sigcontext *context, const struct pt_regs *regs, sigset mask)
{
    const struct process *process = current_process();

    *context = (struct sigcontext){
        .gs = regs->gs & 0xffff,
        .fs = regs->fs & 0xffff,
        .es = regs->es & 0xffff,
        .ds = regs->ds & 0xffff,
        .edi = regs->edi,
        .esi = regs->esi,
        .ebp = regs->ebp,
        .esp = regs->esp,
        .ebx = regs->ebx,
        .edx = regs->edx,
        .ecx = regs->ecx,
        .eax = regs->eax,
        .trapno = process->trap_vector,
        .err = process->trap_error,
        .eip = regs->eip,
        .cs = regs->cs & 0xffff,
        .eflags = regs->eflags,
        .esp_at_signal = regs->esp,
        .ss = regs->ss & 0xffff,
        .oldmask = (uint32_t)mask,
        .cr2 = process->trap_address,
    };
}

static int on_altstack(const struct process *process, uint32_t esp)
{
    return esp > process->altstack_addr && esp - process->altstack_addr <= process->altstack_size;
}

int altstack_flags(const struct process *process, uint32_t esp)
{
    return !process->altstack_size ? SS_DISABLE : on_altstack(process, esp) ? SS_ONSTACK : 0;
}

/* Where a frame of `size` bytes goes, and the FPU state above it: nowhere, if that were below the
 * stack of sigaltstack(). */
static uint32_t frame_place(const struct pt_regs *regs, const struct sigaction *action,
                            uint32_t size, uint32_t *fpstate_addr)
{
    const struct process *process = current_process();
    uint32_t esp = regs->esp;

    if ((action->flags & SA_ONSTACK) && altstack_flags(process, esp) == 0) {
        esp = process->altstack_addr + process->altstack_size;
    }
    *fpstate_addr = (esp - sizeof(struct fpstate)) & ~15u;
    /* On a multiple of 16 before the call that a handler believes it was called by. */
    uint32_t frame = ((*fpstate_addr - size + 4) & ~15u) - 4;
    if (on_altstack(process, esp) && !on_altstack(process, frame)) {
        *fpstate_addr = frame = 0;
    }
    return frame;
}

static int fpstate_build(struct sigcontext *context, uint32_t fpstate_addr)
{
    if (!current_process()->fpu) {
        return 0;
    }
    context->fpstate = fpstate_addr;
    return fpu_to_user((struct fpstate *)fpstate_addr);
}

static int frame_build(struct sigframe *user, uint32_t fpstate_addr, const struct pt_regs *regs,
                       const struct signal_info *info, sigset mask, uint32_t return_addr)
{
    struct sigcontext context;
    const uint32_t mask_high = (uint32_t)(mask >> 32);
    const uint32_t head[2] = {return_addr, (uint32_t)info->signal};

    context_save(&context, regs, mask);
    if (fpstate_build(&context, fpstate_addr) != 0 || copy_to_user(user, head, sizeof head) != 0 ||
        copy_to_user(&user->context, &context, sizeof context) != 0 ||
        copy_to_user(&user->mask_high, &mask_high, sizeof mask_high) != 0) {
        return -EFAULT;
    }
    return copy_to_user(user->code, sigreturn_code, sizeof sigreturn_code);
}

static int rt_frame_build(struct rt_sigframe *user, uint32_t fpstate_addr,
                          const struct pt_regs *regs, const struct signal_info *info, sigset mask,
                          uint32_t return_addr)
{
    const struct process *process = current_process();
    struct rt_sigframe frame = {
        .return_addr = return_addr,
        .signal = info->signal,
        .info_addr = (uint32_t)&user->info,
        .ucontext_addr = (uint32_t)&user->ucontext,
        .info = {.signal = info->signal, .code = info->code},
        .ucontext = {.stack_addr = process->altstack_addr,
                     .stack_flags = process->altstack_size ? 0 : SS_DISABLE,
                     .stack_size = process->altstack_size,
                     .mask = mask},
    };

    memcpy(frame.info.value, info->value, sizeof frame.info.value);
    memcpy(frame.code, rt_sigreturn_code, sizeof frame.code);
    context_save(&frame.ucontext.context, regs, mask);
    if (fpstate_build(&frame.ucontext.context, fpstate_addr) != 0) {
        return -EFAULT;
    }
    return copy_to_user(user, &frame, sizeof frame);
}

int signal_frame_build(struct pt_regs *regs, const struct signal_info *info, sigset mask)
{
    struct process *process = current_process();
    const struct sigaction *action = action_of(process, info->signal);
    int with_info = (action->flags & SA_SIGINFO) != 0;
    uint32_t fpstate_addr;
    uint32_t frame =
        frame_place(regs, action, with_info ? sizeof(struct rt_sigframe) : sizeof(struct sigframe),
                    &fpstate_addr);
    uint32_t return_addr = action->flags & SA_RESTORER ? action->restorer
                           : with_info ? process->space->sysinfo - VDSO_STUB + VDSO_RT_SIGRETURN
                                       : process->space->sysinfo - VDSO_STUB + VDSO_SIGRETURN;
    int error = with_info ? rt_frame_build((struct rt_sigframe *)frame, fpstate_addr, regs, info,
                                           mask, return_addr)
                          : frame_build((struct sigframe *)frame, fpstate_addr, regs, info, mask,
                                        return_addr);
    if (error) {
        return error;
    }
    regs->esp = frame;
    regs->eip = action->handler;
    regs->eax = (uint32_t)info->signal;
    regs->edx = with_info ? frame + offsetof(struct rt_sigframe, info) : 0;
    regs->ecx = with_info ? frame + offsetof(struct rt_sigframe, ucontext) : 0;
    regs->ds = regs->es = regs->ss = SEL_USER_DATA;
    regs->cs = SEL_USER_CODE;
    regs->eflags &= ~(EFLAGS_DF | EFLAGS_RF | EFLAGS_TF);
    return 0;
}

/* Back to where the signal came. Returns the EAX that the program had, or -EFAULT. */
static int context_restore(struct pt_regs *regs, const struct sigcontext *user, uint32_t *eax)
{
    struct sigcontext context;

    if (copy_from_user(&context, user, sizeof context) != 0 ||
        (context.fpstate && fpu_from_user((const struct fpstate *)context.fpstate) != 0)) {
        return -EFAULT;
    }
    regs->edi = context.edi;
    regs->esi = context.esi;
    regs->ebp = context.ebp;
    regs->esp = context.esp;
    regs->ebx = context.ebx;
    regs->edx = context.edx;
    regs->ecx = context.ecx;
    regs->eip = context.eip;
    regs->eflags = (regs->eflags & ~EFLAGS_RESTORED) | (context.eflags & EFLAGS_RESTORED);
    regs->orig_eax = NO_SYSTEM_CALL;
    segments_restore(regs, &context);
    *eax = context.eax;
    return 0;
}

static long do_return(const struct sigcontext *context, int error, sigset mask)
{
    struct process *process = current_process();
    uint32_t eax = 0;

    process->work |= WORK_FRAME; /* SYSEXIT would not load all registers */
    error = error ? error : context_restore(process_regs(process), context, &eax);
    if (error) {
        signal_force(SIGSEGV, SI_KERNEL, 0);
        return 0;
    }
    process->blocked = mask & ~SIGNALS_UNBLOCKABLE;
    signals_look(process);
    return (long)eax;
}

/* ESP is where the handler's return, and the `pop eax` of the code it came to, have left it. */
long sys_sigreturn(void)
{
    const struct sigframe *frame =
        (const void *)(process_regs(current_process())->esp - 2 * sizeof(uint32_t));
    uint32_t low = 0, high = 0;
    int error = copy_from_user(&low, &frame->context.oldmask, sizeof low);

    error = error ? error : copy_from_user(&high, &frame->mask_high, sizeof high);
    return do_return(&frame->context, error, (sigset)high << 32 | low);
}

long sys_rt_sigreturn(void)
{
    const struct rt_sigframe *frame =
        (const void *)(process_regs(current_process())->esp - sizeof(uint32_t));
    struct process *process = current_process();
    sigset mask = 0;
    uint32_t stack[3];
    int error = copy_from_user(&mask, &frame->ucontext.mask, sizeof mask);

    error = error ? error : copy_from_user(stack, &frame->ucontext.stack_addr, sizeof stack);
    if (error == 0) {
        process->altstack_addr = stack[0];
        process->altstack_size = stack[1] & SS_DISABLE ? 0 : stack[2];
    }
    return do_return(&frame->ucontext.context, error, mask);
}
