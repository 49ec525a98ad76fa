/* checks/user_pages.h: what ring 3 may use of the kernel's part of the address space. */
#pragma once

#define FIXED_USER_PAGES 2u /* if the vDSO is at a fixed address: that, and the time before it */
