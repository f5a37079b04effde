"""The HTTP routes, one file each."""

from ticketing_auth.routes import current_user, signin, signout, signup

routers = (signup.router, signin.router, signout.router, current_user.router)
