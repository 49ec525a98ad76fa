/* exit.c: a program for others to run: ends with the status that it is given, one digit. */
#include "attack.h"

int attack(int argc, char **argv)
{
    return argc > 1 ? argv[1][0] - '0' : 0;
}
