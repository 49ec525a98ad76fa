/* system.c: a shell started by the C library. */
#include <stdlib.h>
#include "say.h"

int main(void)
{
    TRY(system("echo from the shell; exit 3"));
    TRY(system("kill -TERM $$"));
    TRY(system("echo one two > file; read first rest < file; echo $rest $first"));
    return 0;
}
