# Processes in the background, waited for, and ended by signals.
# Whether the shell remarks on how they ended depends on when it looks.
exec 2> remarks
(exit 5) &
wait $!
echo "status $?"
sleep 100 &
kill $!
wait $!
echo "status $?"
for name in a b c; do
    echo "$name" > "$name" &
done
wait
cat a b c
sh -c 'kill -9 $$'
echo "status $?"
mkfifo fifo
echo "through a fifo" > fifo &
cat fifo
wait
sleep 0
exec sh -c 'echo the last; exit 9'
