"""The HTTP routes, one file each."""

from ticketing_payments.routes import admission, new, show, webhook

routers = (new.router, admission.router, show.router, webhook.router)
