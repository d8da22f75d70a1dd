"""APIs that players already use, answered from a Tigertail model."""

from typing import Final

from fastapi import APIRouter

from tigertail.service.compat import audiomuse, lastfm, listenbrainz, navidrome
from tigertail.service.http.problems import ErrorFormat

ROUTERS: Final[tuple[APIRouter, ...]] = (
    lastfm.router,
    listenbrainz.router,
    navidrome.router,
    audiomuse.router,
)
ERROR_FORMATS: Final[tuple[tuple[str, ErrorFormat], ...]] = (
    (lastfm.PATH, lastfm.format_error),
    (listenbrainz.ARTISTS, listenbrainz.format_error),
    (listenbrainz.RECORDINGS, listenbrainz.format_error),
    (audiomuse.PATH, audiomuse.format_error),
)
"""Prefixes of paths, and the format of errors below them."""
