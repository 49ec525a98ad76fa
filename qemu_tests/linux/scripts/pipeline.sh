# Programs joined by pipes, redirections, and what they leave in $?.
printf '%s\n' pear apple fig apple > fruit
sort fruit | uniq -c | sort -rn
cat < fruit | tr a-z A-Z | head -n 2
echo to stderr 1>&2
{ echo one; echo two; } > both 2>&1
wc -l < both
cat none fruit > out 2> err
echo "status $?"
cat err
true | false
echo "status $?"
false || echo "after false"
! true
echo "status $?"
echo "$(echo nested "$(echo twice)")"
seq 1 2000 | sort -rn | tail -n 1
yes | head -n 100000 | wc -l
echo appended >> fruit
tail -n 1 fruit
exec 3> third
echo through three >&3
exec 3>&-
cat third
