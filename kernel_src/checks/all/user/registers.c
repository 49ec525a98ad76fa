/* user/registers.c: every register is kept over a call, and every argument arrives in its place.
 *
 * SYSENTER and SYSEXIT save nothing, and the kernel is C code that uses all registers. That a
 * program finds them as it left them is the work of the stub and the entry point together; one
 * forgotten push goes unnoticed by most programs most of the time.
 */

#include "sys/check_arguments.h"
#include "user/include/checks.h"

struct selectors {
    const char *text;
    uint32_t ds, es, fs, gs;
};

/* Whatever a program may load. Null selectors 1 to 3 are left out: IRET may make 0 of them (SDM 2A,
 * IRET). */
static const struct selectors selectors[] = {
    {"write() with fs and gs = data", SEL_USER_DATA, SEL_USER_DATA, SEL_USER_DATA, SEL_USER_DATA},
    {"write() with ds null", 0, SEL_USER_DATA, 0, SEL_USER_DATA},
    {"write() with es null", SEL_USER_DATA, 0, SEL_USER_DATA, 0},
    {"write() with ds, es, fs, gs = code", SEL_USER_CODE, SEL_USER_CODE, SEL_USER_CODE,
     SEL_USER_CODE},
    {"write() with es = code", SEL_USER_DATA, SEL_USER_CODE, 0, SEL_USER_CODE},
    {"write() with ds = data, RPL 0", SEL_USER_DATA & ~3u, SEL_USER_DATA, 0, SEL_USER_CODE},
    {"write() with all null", 0, 0, 0, 0},
};

#define SELECTORS (sizeof selectors / sizeof selectors[0])
#define REGISTERS_FOR_ARGUMENTS 6
#define RESULTS_FOR_A_GATE (REGISTERS_FOR_ARGUMENTS + 2 + 4 + SELECTORS + 3 + 1 + 4)

/* The first `count` arguments are set and the others 0: were two exchanged, or one lost, the sum
 * would differ. */
static void check_argument_order(const struct gate *gate, uint32_t count, uint32_t ds)
{
    static const char *const texts[] = {"no argument", "1 argument",  "2 arguments", "3 arguments",
                                        "4 arguments", "5 arguments", "6 arguments"};
    const char *text = ds == CHECK_BASED ? "6 arguments, and a ds of another base" : texts[count];
    struct registers before = registers_pattern(NR_check_arguments);
    uint32_t *const arguments[] = {&before.ebx, &before.ecx, &before.edx,
                                   &before.esi, &before.edi, &before.ebp};

    before.ds = ds;
    for (uint32_t i = 0; i < REGISTERS_FOR_ARGUMENTS; i++) {
        *arguments[i] = i < count ? 0x01234567 + i * 0x11111111 : 0;
    }
    check_call(gate, text, &before,
               check_mix(before.ebx, before.ecx, before.edx, before.esi, before.edi, before.ebp));
}

/* EBP is both an argument and what SYSENTER finds the stack by. No value of it may matter to other
 * calls. */
static void check_ebp(const struct gate *gate)
{
    struct registers before = registers_pattern(NR_getpid);
    uint32_t pid = (uint32_t)getpid();

    check_call(gate, "getpid() with a pattern in each register", &before, pid);
    before.ebp = 0;
    check_call(gate, "getpid() with ebp 0", &before, pid);
    before.ebp = UINT32_MAX;
    check_call(gate, "getpid() with ebp 0xffffffff", &before, pid);
    before.ebp = KERNEL_BASE + KERNEL_LOAD_ADDR;
    check_call(gate, "getpid() with ebp in the kernel", &before, pid);
}

/* write() makes the kernel use DS and ES: it must load its own, and put the program's back. */
static void check_selectors(const struct gate *gate, const struct selectors *row)
{
    static const char text[] = "    # written while the selectors are set\n";
    struct registers before = registers_pattern(NR_write);

    before.ebx = 1;
    before.ecx = (uint32_t)text;
    before.edx = sizeof text - 1;
    before.ds = row->ds;
    before.es = row->es;
    before.fs = row->fs;
    before.gs = row->gs;
    check_call(gate, row->text, &before, sizeof text - 1);
}

/* An emulator that does not look at null selectors (see checks/lenient.c) lets the kernel use them:
 * so ask. */
static void check_selectors_in_kernel(const struct gate *gate)
{
    struct registers before = registers_pattern(NR_check_arguments);

    before.ebx = CHECK_ASK_SELECTORS;
    before.eflags |= EFLAGS_ZF; /* as if a comparison had found the right selector */
    before.ds = 0;
    check_call(gate, "the kernel has its own ds", &before, SEL_USER_DATA << 16 | SEL_USER_DATA);
    before.es = 0;
    check_call(gate, "the kernel has its own ds and es", &before,
               SEL_USER_DATA << 16 | SEL_USER_DATA);
    before.ds = SEL_USER_DATA;
    check_call(gate, "the kernel has its own es", &before, SEL_USER_DATA << 16 | SEL_USER_DATA);
}

/* Whoever looks at a program during a call looks at struct pt_regs: it must be whole, also where
 * the way back makes no use of it. */
static void check_frame_of_call(const struct gate *gate)
{
    struct registers before = registers_pattern(NR_check_arguments);

    before.ebx = CHECK_ASK_FRAME;
    before.eflags |= EFLAGS_CF | EFLAGS_OF | EFLAGS_AC;
    before.es = SEL_USER_CODE;
    before.fs = SEL_USER_DATA;
    const struct pt_regs frame = {
        .eax = before.eax,
        .ds = before.ds,
        .es = before.es,
        .fs = before.fs,
        .gs = before.gs,
        .orig_eax = before.eax,
        .cs = SEL_USER_CODE,
        .eflags = before.eflags,
        .ss = SEL_USER_DATA,
    };
    check_call(gate, "the kernel has all of it in struct pt_regs", &before, check_frame(&frame));
}

/* What the kernel has to give back but the usual way back does not: noted for this call alone. */
static void check_work(const struct gate *gate)
{
    struct registers before = registers_pattern(NR_check_arguments);

    before.ebx = CHECK_ASK_WORK;
    check_call(gate, "nothing but EAX to give back", &before, 0);
    before.es = 0;
    check_call(gate, "es to give back", &before, WORK_SEGMENTS);
    before.es = SEL_USER_DATA;
    check_call(gate, "nothing but EAX again", &before, 0);
    before = registers_pattern(NR_getpid);
    before.ebx = 0;
    before.ds = 0;
    check_call(gate, "getpid() with ebx and ds 0", &before, (uint32_t)getpid());
}

/* Last, and only if the kernel loads segments of its own: else it would not come back. */
static void check_based(const struct gate *gate)
{
    struct registers before = registers_pattern(NR_check_arguments);
    struct registers after;

    before.ebx = CHECK_ASK_SELECTORS;
    before.eflags |= EFLAGS_ZF;
    before.ds = 0;
    registers_call(&before, &after, gate->enter);
    if (after.eax == (SEL_USER_DATA << 16 | SEL_USER_DATA)) {
        check_argument_order(gate, REGISTERS_FOR_ARGUMENTS, CHECK_BASED);
    } else {
        ktap_skip("6 arguments, and a ds of another base", "the kernel has not its own");
    }
}

int main(void)
{
    struct gate gates[GATES_MAX];
    uint32_t count = gates_find(gates);

    ktap_plan(count * RESULTS_FOR_A_GATE);
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t arguments = 0; arguments <= REGISTERS_FOR_ARGUMENTS; arguments++) {
            check_argument_order(&gates[i], arguments, SEL_USER_DATA);
        }
        check_ebp(&gates[i]);
        for (uint32_t row = 0; row < SELECTORS; row++) {
            check_selectors(&gates[i], &selectors[row]);
        }
        check_selectors_in_kernel(&gates[i]);
        check_frame_of_call(&gates[i]);
        check_work(&gates[i]);
        check_based(&gates[i]);
    }
    return ktap_status();
}
