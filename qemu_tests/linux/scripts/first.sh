# What a shell does without starting a program: variables, loops, functions, a here document.
greet() {
    echo "hello, $1"
}
greet shell
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
exit 3
