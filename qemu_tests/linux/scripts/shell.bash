# What bash adds: arrays, arithmetic, patterns, process status lists.
declare -A colour=([sky]=blue [grass]=green)
names=(one "two words" three)
names+=(four)
echo "${#names[@]} ${names[1]} ${colour[sky]}"
for ((i = 0; i < 3; i++)); do
    printf '%d ' $((i ** 3))
done
echo
[[ "kernel-2.6" =~ ^([a-z]+)-([0-9.]+)$ ]] && echo "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
true | (exit 3) | false
echo "${PIPESTATUS[*]}"
text="some text"
echo "${text^^} ${text/some/other} ${text:5}"
while read -r word; do
    echo "<$word>"
done <<< $'first\nsecond'
function fail() { return 42; }
fail
echo "status $?"
echo {a..e} {1..3}
mapfile -t lines <<< $'x\ny'
echo "${lines[*]}"
coproc cat
cat_pid=$COPROC_PID
echo "through a coprocess" >&"${COPROC[1]}"
read -r line <&"${COPROC[0]}"
echo "$line"
eval "exec ${COPROC[1]}>&-"
wait "$cat_pid"
echo "status $?"
trap 'echo leaving' EXIT
exit 11
