"""The API's routes, one file per subject."""

from tigertail.service.api import feedback, health, items, models, neighbours, playlists, recommend, similar

ROUTERS = (
    similar.router,
    recommend.router,
    items.router,
    neighbours.router,
    playlists.router,
    feedback.router,
    models.router,
    health.router,
)
