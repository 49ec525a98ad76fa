/* checks/handler_flags.c: looks at EFLAGS in the handler of #UD, for checks/ends.c. */

#include "checks/ends_more.h"
#include "kernel/kernel.h"
#include "sys/check_arguments.h"

uint32_t check_handler_flags = UINT32_MAX;

int check_undefined(void)
{
    check_handler_flags = check_flags_now();
    return 0;
}
