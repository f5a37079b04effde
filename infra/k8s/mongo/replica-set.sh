#!/bin/sh
# Settles the replica set, then idles: a container that ends would be started again, and mongosh
# holds a hundred megabytes. As process 1 it has to take SIGTERM itself, or stopping takes the
# whole grace period.
trap 'exit 0' TERM
mongosh --quiet --norc --nodb /scripts/replica-set.js &
wait $! || exit 1
touch /tmp/settled
sleep infinity &
wait $!
