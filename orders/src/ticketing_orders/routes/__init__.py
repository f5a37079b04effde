"""The HTTP routes, one file each."""

from ticketing_orders.routes import counts, delete, index, new, show

# `counts` comes before `show`: its path would be an id otherwise.
routers = (index.router, new.router, counts.router, show.router, delete.router)
