/* cpu/pic_wire.c: the wire from the interrupt controller to the first CPU, through its local APIC.
 *
 * After a reset the local APIC masks the line that the PIC is on, and it is the BIOS that opens it
 * ("virtual wire mode", SDM 3A 10.1). The smallest firmware does not.
 */

#include "cpu/pic_wire.h"

#include "cpu/apic.h"
#include "include/constants.h"

#define APIC_LINT0 0x350
#define DELIVER_EXTINT 0x700 /* the vector comes from the PIC */

void pic_wire_init(void)
{
    if (apic_init()) {
        apic_enable();
        *(volatile uint32_t *)(LOCAL_APIC_ADDR + APIC_LINT0) = DELIVER_EXTINT;
    }
}
