/* fs/termios.h: how a terminal behaves (Linux include/uapi/asm-generic/termbits.h). */
#pragma once

#include <stdint.h>

#define CC_COUNT 19

struct termios {
    uint32_t iflag, oflag, cflag, lflag;
    uint8_t line;
    uint8_t cc[CC_COUNT]; /* special characters, by V... */
};

/* The same before termios: half of the flags, and the first special characters (termio.h). */
struct termio {
    uint16_t iflag, oflag, cflag, lflag;
    uint8_t line;
    uint8_t cc[8];
};

struct winsize {
    uint16_t rows, columns, x_pixels, y_pixels;
};

/* Which serial line a terminal is (include/uapi/linux/serial.h); the rest is not told. */
struct serial_struct {
    uint32_t type, line;
    uint32_t rest[13];
};

/* Input and output flags. */
#define IGNCR 0x0080
#define ICRNL 0x0100
#define INLCR 0x0040
#define IXON 0x0400
#define IUTF8 0x4000
#define OPOST 0x0001
#define ONLCR 0x0004

/* Local flags. */
#define ISIG 0x0001
#define ICANON 0x0002
#define ECHO 0x0008
#define ECHOE 0x0010
#define ECHOK 0x0020
#define ECHONL 0x0040
#define NOFLSH 0x0080
#define TOSTOP 0x0100
#define ECHOCTL 0x0200
#define ECHOKE 0x0800
#define IEXTEN 0x8000

#define CFLAG_DEFAULT 0x0cbd /* 9600 baud, 8 bits, receiver on, hang up on close */

#define VINTR 0
#define VQUIT 1
#define VERASE 2
#define VKILL 3
#define VEOF 4
#define VTIME 5
#define VMIN 6
#define VSTART 8
#define VSTOP 9
#define VSUSP 10
#define VEOL 11
#define VREPRINT 12
#define VWERASE 14
#define VLNEXT 15
#define VEOL2 16

#define PORT_16550A 4

/* ioctl() requests. */
#define TCGETS 0x5401
#define TCSETS 0x5402
#define TCSETSW 0x5403
#define TCSETSF 0x5404
#define TCGETA 0x5405
#define TCSETA 0x5406
#define TCSETAW 0x5407
#define TCSETAF 0x5408
#define TCSBRK 0x5409
#define TCXONC 0x540a
#define TCFLSH 0x540b
#define TIOCSCTTY 0x540e
#define TIOCGPGRP 0x540f
#define TIOCSPGRP 0x5410
#define TIOCOUTQ 0x5411
#define TIOCGWINSZ 0x5413
#define TIOCSWINSZ 0x5414
#define FIONREAD 0x541b
#define TIOCGSERIAL 0x541e
#define TIOCNOTTY 0x5422
#define TIOCGSID 0x5429
