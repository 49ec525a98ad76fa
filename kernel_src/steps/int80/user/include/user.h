/* user/include/user.h: what every program may use beside the system calls. */
#pragma once

#include "lib/lib.h"
#include "user/include/sys.h"
