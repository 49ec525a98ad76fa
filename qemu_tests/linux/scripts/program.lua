-- Tables, strings, closures, coroutines, errors and files.
local function fibonacci(n)
    if n < 2 then return n end
    return fibonacci(n - 1) + fibonacci(n - 2)
end
print("fibonacci", fibonacci(20))
print(1 // 3, 7 % -3, 2 ^ 10, 10 / 4, 0x7fffffff + 1, math.maxinteger)
print(string.format("%5.3f %g %d %q", math.pi, 1e100, 42, "a\nb"))
local words = {}
for word in ("the quick brown fox"):gmatch("%a+") do words[#words + 1] = word:upper() end
table.sort(words)
print(table.concat(words, " "), #words)
local function counter()
    local count = 0
    return function() count = count + 1; return count end
end
local next_number = counter()
next_number()
print(next_number())
local make = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i * i) end end)
print(make(), make(), make())
print(select(2, pcall(error, {code = 7})).code)
print(select(2, pcall(function() local x = nil; return x.field end)))
local file = assert(io.open("lines", "w"))
for i = 1, 1000 do file:write(i, "\n") end
file:close()
local sum = 0
for line in io.lines("lines") do sum = sum + tonumber(line) end
print(sum, os.remove("lines"), io.open("lines"))
local keep = {}
for i = 1, 20000 do keep[i % 100] = {("x"):rep(i % 50)} end
collectgarbage()
print(collectgarbage("count") < 2000)
print(os.execute("exit 3"))
os.exit(12)
