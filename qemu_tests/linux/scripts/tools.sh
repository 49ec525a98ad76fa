# The small tools: each reads, works and writes.
mkdir -p tree/deep
printf 'b 2\na 1\nc 3\n' > tree/table
printf 'plain' > tree/deep/file
ls tree
ls -d tree/deep/..
cat tree/table tree/deep/file
echo
sort -k 2 -n tree/table
awk '{ sum += $2; name[$1] = NR } END { print sum, name["c"]; printf "%05.2f\n", sum / 7 }' tree/table
sed -n -e 's/\([a-c]\) \(.\)/\2 \1/p' tree/table
grep -c '[bc]' tree/table
sha1sum tree/table tree/deep/file
md5sum < tree/table
find tree -type f | sort
cp tree/table copy && cmp tree/table copy && echo same
mv copy moved && rm moved
test -e moved || echo gone
ln -s tree/table link && readlink link
tar -cf all.tar tree
rm -r tree
tar -xf all.tar
find tree -name file
wc -c tree/table
gzip -c tree/table | gunzip | od -c | head -n 1
dd if=/dev/zero bs=1000 count=3 2> /dev/null | wc -c
expr 6 \* 7
basename /a/b/c.d .d
printf '%d %s %x\n' 10 ten 255
echo 'a,b,c' | cut -d , -f 2
head -c 3 /dev/zero | od -An -tx1
date -u -d @86400 +%Y-%m-%d
