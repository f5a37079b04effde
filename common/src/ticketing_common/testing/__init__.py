"""What the services' tests stand on, shipped: real servers, a client, sessions, a listening ear.

`plugin` offers it all as pytest fixtures, in every package that has ticketing-common installed.
"""
