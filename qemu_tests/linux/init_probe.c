/* init_probe.c: an /init without a C library, which says how it was started and what it finds, and
 * switches the machine off. */

#include "runner_io.h"

enum { NR_ioctl = 54, NR_getpgrp = 65, NR_setsid = 66, NR_getsid = 147 };
enum { O_RDWR = 2, TIOCSPGRP = 0x5410, TIOCGSERIAL = 0x541e, TIOCGSID = 0x5429 };
enum { REBOOT_MAGIC1 = 0xfee1dead, REBOOT_MAGIC2 = 672274793, REBOOT_POWER_OFF = 0x4321fedc };

static unsigned int words[1 << 14];

static void say(const char *what, int number)
{
    put_text(what);
    put_text(number < 0 ? " -" : " ");
    put_number(number < 0 ? -number : number);
    end_line(1);
}

static void say_text(const char *before, const char *text, const char *behind)
{
    put_text(before);
    put_text(text);
    put_text(behind);
    end_line(1);
}

/* What `setsid cttyhack sh` needs: process 1 gets a session, and that the serial line. */
static void say_session(void)
{
    int sid = -1;

    say("sid", call(NR_getsid, 0, 0, 0, 0));
    say("pgrp", call(NR_getpgrp, 0, 0, 0, 0));
    say("setsid", call(NR_setsid, 0, 0, 0, 0));
    say("TIOCGSERIAL", call(NR_ioctl, 0, TIOCGSERIAL, (unsigned int)words, 0));
    say("line", words[1]);
    int terminal = call(NR_open, (unsigned int)"/dev/ttyS0", O_RDWR, 0, 0);
    say("TIOCGSID", call(NR_ioctl, terminal, TIOCGSID, (unsigned int)&sid, 0));
    say("its sid", sid);
}

/* The files /0, /1, ...: the sum of all their words, modulo 2^32. */
static void say_sum(void)
{
    unsigned int sum = 0, files = 0;
    char path[] = "/0";
    int file, size;

    for (; (file = call(NR_open, (unsigned int)path, 0, 0, 0)) >= 0; files++, path[1]++) {
        while ((size = call(NR_read, file, (unsigned int)words, sizeof words, 0)) > 0)
            for (int i = 0; i < size / 4; i++)
                sum += words[i];
        call(NR_close, file, 0, 0, 0);
    }
    put_text("sum ");
    put_number(sum);
    put_text(" of ");
    put_number(files);
    end_line(1);
}

__attribute__((used)) static void run(char **stack)
{
    char **word = stack + 1;

    for (; *word; word++)
        say_text("[", *word, "]");
    for (word++; *word; word++)
        say_text("{", *word, "}");
    say_session();
    say_sum();
    call(NR_reboot, REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_POWER_OFF, 0);
}

__asm__(".globl _start\n_start:\n\tmovl %esp, %eax\n\tpushl %eax\n\tcall run\n\thlt\n");
