# What a shell does without starting a program: variables, loops, functions, a here document.
greet() {
    local name=$1
    echo "hello, ${name:-nobody}"
}
greet shell
greet
sum=0
for number in 1 2 3 4; do
    sum=$((sum + number))
done
echo "sum $sum, arguments $#"
while read -r first rest; do
    echo "[$rest] [$first]"
done <<END
one two three
four  five
END
case $sum in
    1?) echo "between 10 and 19" ;;
esac
text=archive.tar.gz
echo "${text%.*} ${text%%.*} ${text#*.} ${#text}"
set -- a "b c" d
shift
echo "$# $1"
(exit 4) || echo "status $?"
unset nothing
echo "${nothing-unset}" "${nothing:=now set}" "$nothing"
exit 3
