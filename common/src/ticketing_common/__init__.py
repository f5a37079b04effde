"""What every Ticketing service shares.

Services talk only through the events in `ticketing_common.events`; everything else here is the
common ground they stand on: the document store, HTTP errors and middlewares, settings, health.
"""
