"""The API's routes, one file per subject."""

from tigertail.service.api import feedback, health, items, models, neighbours, recommend, similar

ROUTERS = (
    similar.router,
    recommend.router,
    items.router,
    neighbours.router,
    feedback.router,
    models.router,
    health.router,
)
