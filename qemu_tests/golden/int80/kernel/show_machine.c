/* kernel/show_machine.c: what a reader wants to see at the start, each from its table. */

#include "kernel/show.h"

void show_machine(void)
{
    show_cpu();
    show_gdt();
    show_tss();
    show_memory();
}
