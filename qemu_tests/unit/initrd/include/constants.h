/* include/constants.h: the part of a rendered kernel's that unpacking needs. */
#pragma once

#define ENOMEM 12
#define ENOSPC 28
#define EINVAL 22
