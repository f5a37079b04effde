#!/bin/sh
# Settles the replica set, then idles: a container that ends would be restarted, and mongosh keeps
# a hundred megabytes. As process 1 it has to take SIGTERM itself, or stopping takes the whole grace.
trap 'exit 0' TERM
mongosh --quiet --norc --nodb /scripts/replica-set.js &
wait $! || exit 1
sleep infinity &
wait $!
