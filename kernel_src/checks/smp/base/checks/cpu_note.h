/* checks/cpu_note.h: which CPU a program ran on. */
#pragma once

/* Called by check_arguments(CHECK_ASK_CPU) on the CPU that the program runs on. */
void cpu_note(void);
