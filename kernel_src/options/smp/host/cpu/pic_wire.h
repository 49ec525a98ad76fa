/* cpu/pic_wire.h: the wire from the interrupt controller to the first CPU. */
#pragma once

/* Let the PIC's interrupts reach this CPU, the first, even if no BIOS has seen to it. */
void pic_wire_init(void);
