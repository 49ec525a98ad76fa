/* user/include/exec_target.h: what user/exec.c and the program that it becomes agree on. */
#pragma once

#define EXEC_ARGUMENTS "exec-target", "", "two words", "3"
#define EXEC_ENVIRONMENT "A=1", "B="
#define EXEC_OLD_PAGE 0x20000000u /* there before, and not after */
