/* user/bad_frames.c: SYSENTER from this program's own code, with a stack made up at EBP.
 *
 * Nothing obliges a program to call the stub. The kernel takes what lies at EBP for the stack that
 * the stub would have left, wherever that is and whatever ESP was. As long as memory is there, the
 * call is made and goes back to where the made-up stack says. Where there is none:
 * user/bad_sysenter.asm.
 */

#include "lib/lib.h"
#include "sys/check_arguments.h"
#include "user/include/checks.h"
#include "user/include/fast_return.h"
#include "user/include/uses_sysenter.h"

/* What the stub pushes, from the top of the stack up. */
struct frame {
    uint32_t argument_6, edx, ecx, return_address;
};

struct result {
    uint32_t eax, esp, ebp;
};

/* user/bad_frames_call.asm */
void bad_frames_call(uint32_t number, uint32_t ebp, uint32_t esp, struct result *result);
extern char bad_frames_back[];

static const struct frame constant_frame = {0xf6f6f6f6, 0, 0, (uint32_t)bad_frames_back};
static uint8_t pages[2 * PAGE_SIZE];

static void check_result(const char *text, uint32_t ebp, const struct result *result,
                         uint32_t expected)
{
    if (result->esp != ebp + ESP_MOVED) {
        ktap_equal(text, result->esp, ebp + ESP_MOVED);
    } else if (result->ebp != EBP_BACK(ebp)) {
        ktap_equal(text, result->ebp, EBP_BACK(ebp));
    } else {
        ktap_equal(text, result->eax, expected);
    }
}

/* A call with the frame at `ebp`, where a frame can be written. What was there is put back: it may
 * be main()'s. */
static void check(const char *text, uint32_t number, uint32_t ebp, uint32_t esp, uint32_t expected)
{
    struct result result;
    struct frame old;

    memcpy(&old, (void *)ebp, sizeof old);
    memcpy((void *)ebp, &constant_frame, sizeof constant_frame);
    bad_frames_call(number, ebp, esp, &result);
    memcpy((void *)ebp, &old, sizeof old);
    check_result(text, ebp, &result, expected);
}

static void check_all(void)
{
    struct result result;
    uint32_t pid = (uint32_t)getpid();
    uint32_t frame = (uint32_t)&pages[64];
    uint32_t page_end = ((uint32_t)pages + PAGE_SIZE) & ~(PAGE_SIZE - 1u);

    check("a frame outside of the stack", NR_getpid, frame, frame, pid);
    check("esp 0", NR_getpid, frame, 0, pid);
    check("esp garbage", NR_getpid, frame, 0xdeadbeef, pid);
    check("esp in the kernel", NR_getpid, frame, KERNEL_BASE + KERNEL_LOAD_ADDR, pid);
    check("esp off by one", NR_getpid, frame, frame + 1, pid);
    check("ebp and esp off by one", NR_getpid, frame + 1, frame + 1, pid);
    check("ebp and esp off by two", NR_getpid, frame + 2, frame + 2, pid);
    check("ebp and esp off by three", NR_getpid, frame + 3, frame + 3, pid);
    check("a frame across two pages", NR_getpid, page_end - 6, 0, pid);
    check("the last place for a frame", NR_getpid, USER_TOP - sizeof(struct frame), 0, pid);
    check("the lowest place for a frame", NR_getpid, USER_STACK_LOWEST, 0, pid);
    check("a bad number", 0x80000000, frame, 0, (uint32_t)-LINUX_ENOSYS);
    check("the 6th argument is what lies at ebp", NR_check_arguments, frame, 0,
          check_mix(1, 2, 3, 4, 5, 0xf6f6f6f6));
    bad_frames_call(NR_getpid, (uint32_t)&constant_frame, 0, &result);
    check_result("a frame that cannot be written", (uint32_t)&constant_frame, &result, pid);
}

/* Half a frame: there is a way back, but no 6th argument. */
static void check_half_frame(void)
{
    const char *text = "a frame whose 6th argument is not there";
    uint32_t ebp = USER_STACK_LOWEST - 8;
    struct result result;

    if (ESP_MOVED != 0) {
        ktap_skip(text, "the stub in the page pops it as well: see ebp-bottom");
        return;
    }
    *(uint32_t *)(ebp + 12) = (uint32_t)bad_frames_back;
    bad_frames_call(NR_getpid, ebp, 0, &result);
    ktap_equal(text, result.eax, (uint32_t)-LINUX_EFAULT);
}

int main(void)
{
    if (!uses_sysenter()) {
        ktap_plan(1);
        ktap_skip("SYSENTER from a program's own code", "this CPU has none");
        return ktap_status();
    }
    ktap_plan(15);
    check_all();
    check_half_frame();
    return ktap_status();
}
