/* entry/vsyscall.h: the page in which programs find their way into the kernel. */
#pragma once

void vsyscall_init(void);
