/* include/constants.h: the part of a rendered kernel's that unpacking needs. */
#pragma once

#define ENOMEM 12
#define EEXIST 17
#define ENOSPC 28
#define EINVAL 22

#define PATH_MAX 4096
#define S_IFMT 0xf000u
#define S_IFIFO 0x1000u
#define S_IFCHR 0x2000u
#define S_IFDIR 0x4000u
#define S_IFBLK 0x6000u
#define S_IFREG 0x8000u
#define S_IFLNK 0xa000u
#define S_IFSOCK 0xc000u
