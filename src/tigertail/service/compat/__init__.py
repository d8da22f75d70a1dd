"""APIs that players already speak, answered from a Tigertail model."""

from typing import Final

from fastapi import APIRouter

from tigertail.service.compat import lastfm, listenbrainz
from tigertail.service.http.problems import Wording

ROUTERS: Final[tuple[APIRouter, ...]] = (lastfm.router, listenbrainz.router)
WORDINGS: Final[tuple[tuple[str, Wording], ...]] = (
    (lastfm.PATH, lastfm.told),
    (listenbrainz.ARTISTS, listenbrainz.told),
    (listenbrainz.RECORDINGS, listenbrainz.told),
)
"""Paths, by how they begin, and how their clients are told of problems."""
