"""The HTTP routes, one file each."""

from ticketing_payments.routes import new, show

routers = (new.router, show.router)
