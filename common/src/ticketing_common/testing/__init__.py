"""What the services' tests stand on, shipped: real servers, a store in memory, a client, sessions.

`plugin` offers it all as pytest fixtures, in every package that has ticketing-common installed.
"""
