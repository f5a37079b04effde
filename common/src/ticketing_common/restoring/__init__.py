"""Bringing one service's database back from a backup, while all the others stay as they are.

What was told since the backup is known elsewhere: numbers that this database would hand out again
are taken for old news there, and what it has forgotten is not asked for. So before the service
starts, it hears again what the stream has of that time, in two passes:

    the stream    ... 4710 | 4711 ......................................... 9034
                  backup's | 1. its own events: each carries the whole state of a document, which
                  position |    becomes that again, with the version that was told of it
                           | 2. the others' events, by its listeners, to whom much of it is old

Whatever is missing then was told to no other service. Safe to run again: nothing older than what is
stored is taken over.
"""
