"""The HTTP routes, one file each."""

from ticketing_tickets.routes import delete, index, mine, mine_counts, new, show, state, update

# `mine` comes before `show`: its path would be an id otherwise.
routers = (
    index.router,
    new.router,
    mine.router,
    mine_counts.router,
    show.router,
    state.router,
    update.router,
    delete.router,
)
