/* user/ports.c: asks for one I/O port and uses it. All others stay forbidden. */

#include "user/include/user.h"

/* A PC shows what is written there on a diagnostics card, or ignores it. */
#define POST_CODE_PORT 0x80

int main(void)
{
    long error = ioperm(POST_CODE_PORT, 1, 1);

    if (error) {
        print("ioperm: error %d\n", (int)-error);
        return 1;
    }
    __asm__ volatile("outb %0, %1"
                     :
                     : "a"((unsigned char)0x42), "Nd"((unsigned short)POST_CODE_PORT));
    print("The kernel let me write to port 0x%x.\n", POST_CODE_PORT);
    return 0;
}
