/* dev/pic.c: the two interrupt controllers of a PC (Intel 8259A data sheet). */

#include "dev/dev.h"

#include "include/x86.h"

#define ICW1_INIT 0x11 /* edge triggered, cascaded, ICW4 follows */
#define ICW4_8086 0x01
#define CASCADE_LINE 2
#define LINES 8 /* of each controller */

void pic_init(void)
{
    /* The BIOS left lines 0 to 7 on vectors 8 to 15, where the exceptions are. */
    outb(PIC1_COMMAND, ICW1_INIT);
    outb(PIC2_COMMAND, ICW1_INIT);
    outb(PIC1_DATA, FIRST_IRQ_VECTOR);
    outb(PIC2_DATA, FIRST_IRQ_VECTOR + LINES);
    outb(PIC1_DATA, 1 << CASCADE_LINE);
    outb(PIC2_DATA, CASCADE_LINE);
    outb(PIC1_DATA, ICW4_8086);
    outb(PIC2_DATA, ICW4_8086);
    outb(PIC1_DATA, 0xff); /* every line masked, until a driver asks for its own */
    outb(PIC2_DATA, 0xff);
}

void pic_unmask(unsigned irq)
{
    outb(PIC1_DATA, inb(PIC1_DATA) & (uint8_t) ~(1u << irq));
}

void pic_end_of_interrupt(void)
{
    outb(PIC1_COMMAND, PIC_END_OF_INTERRUPT);
}
