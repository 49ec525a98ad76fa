/* dev/pic.h: the two interrupt controllers. */
#pragma once

void pic_init(void);
/* `irq`: a line of the first controller; the kernel uses none of the second. */
void pic_unmask(unsigned irq);
void pic_end_of_interrupt(void);
