/* user/trespass.c: reads kernel memory. The page is there, but not for ring 3: this is its end. */

#include "include/constants.h"
#include "user/include/user.h"

int main(void)
{
    const volatile uint32_t *kernel = (const volatile uint32_t *)(KERNEL_BASE + KERNEL_LOAD_ADDR);

    print("The kernel begins with 0x%08x.\n", *kernel);
    return 1;
}
