#!/bin/sh
# Prints TMPDIR=/dev/shm if that is memory with 6 GB to spare from which programs can be run.
memory=/dev/shm
[ -w "$memory" ] && [ -r /proc/mounts ] || exit 0
grep -q "^tmpfs $memory tmpfs .*noexec" /proc/mounts && exit 0
df -Pk "$memory" | awk -v place="$memory" 'NR == 2 && $4 > 6000000 {print "TMPDIR=" place}'
