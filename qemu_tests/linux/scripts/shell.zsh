# What zsh adds, with nothing of a user's own configuration.
typeset -A ages=(ann 3 bob 5)
print -r -- ${(k)#ages} ${ages[bob]}
text=a,b,c
words=(${(s:,:)text})
print $#words $words[2] $words[-1]
print ${(U)words[1]} ${(j:+:)words}
print $((2.0 / 4)) $((16#ff))
repeat 2 print again
print first | while read -r line; do
    print "read $line"
done
(exit 7)
print "status $?"
touch x1 x2 y1
print -l x*(.)
exit 5
