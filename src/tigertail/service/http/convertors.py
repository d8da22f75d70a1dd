"""Convertors, in Starlette's word, of parameters in the path of a route: what these may hold."""

from __future__ import annotations

from typing import Final

from starlette.convertors import PathConvertor, register_url_convertor

REST: Final = "rest"
"""The convertor of a parameter that is the rest of a path: an id, which may hold any character."""


class _Rest(PathConvertor):
    """Starlette's ``path`` takes no line feed, and loses one at the end."""

    regex = "(?s:.*)"


register_url_convertor(REST, _Rest())
