#!/bin/sh
# Settles the replica set whenever mongod has started, which takes the mark away, and idles in between:
# mongosh holds a hundred megabytes. As process 1 it has to take SIGTERM itself, or stopping takes
# the whole grace period.
trap 'exit 0' TERM
while :; do
    if [ ! -e /tmp/settled ]; then
        mongosh --quiet --norc --nodb /scripts/replica-set.js &
        wait $! && touch /tmp/settled
    fi
    sleep 2 &
    wait $!
done
