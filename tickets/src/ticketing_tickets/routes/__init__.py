"""The HTTP routes, one file each."""

from ticketing_tickets.routes import index, mine, new, show, update

# `mine` comes before `show`: its path would be an id otherwise.
routers = (index.router, new.router, mine.router, show.router, update.router)
