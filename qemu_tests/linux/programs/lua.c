/* lua.c: the Lua interpreter of Debian's library, which runs one file. */
#include <lua5.4/lua.h>
#include <lua5.4/lauxlib.h>
#include <lua5.4/lualib.h>
#include "say.h"

int main(int argc, char **argv)
{
    lua_State *state = luaL_newstate();
    luaL_openlibs(state);
    if (argc < 2 || luaL_dofile(state, argv[1])) {
        say("%s\n", argc < 2 ? "no file" : lua_tostring(state, -1));
        return 1;
    }
    lua_close(state);
    return 0;
}
