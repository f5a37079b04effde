"""The HTTP routes, one file each."""

from ticketing_orders.routes import delete, index, new, show

routers = (index.router, new.router, show.router, delete.router)
