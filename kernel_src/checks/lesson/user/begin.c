/* user/begin.c: what a program finds at its start, before there is anything on its stack. */

#include "user/include/checks.h"
#include "user/include/start_registers.h"

int main(void)
{
    ktap_plan(START_REGISTERS_RESULTS + 2);
    check_start_registers();
    ktap_equal("esp is the end of the stack", start_registers.esp, USER_TOP);
    ktap_equal("the lowest word of the stack is there, and 0",
               *(volatile uint32_t *)USER_STACK_LOWEST, 0);
    return ktap_status();
}
