# Signals that the shell itself handles.
trap 'echo on exit' EXIT
trap 'echo got USR1' USR1
kill -USR1 $$
(
    trap 'echo got TERM; exit 6' TERM
    kill -TERM "$(sh -c 'echo $PPID')"
    echo not reached
)
echo "status $?"
trap '' TERM
kill -TERM $$
echo "still here"
trap - TERM
sh -c 'trap "" INT; kill -INT $$; echo ignored'
exit 2
