"""From a page in any markup to plain text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tigertail.text.documents.builder import Plain


def _wikitext(text: str) -> Plain:
    from tigertail.text.documents.wikitext import from_wikitext

    return from_wikitext(text)


def _html(text: str) -> Plain:
    from tigertail.text.documents.html import from_html

    return from_html(text)


# The readers are imported where they are used: their libraries are heavy, and optional.
MARKUPS: Final[dict[str, Callable[[str], Plain]]] = {"plain": Plain, "wikitext": _wikitext, "html": _html}
"""The reader of each markup. None of them fails: malformed markup is read as text."""


def to_plain(text: str, markup: str) -> Plain:
    """Turn a page into plain text.

    Parameters
    ----------
    text
        The page.
    markup
        One of :data:`MARKUPS`.

    Returns
    -------
    Plain
        The text, and where links and italics are in it, in characters.

    Raises
    ------
    KeyError
        If the markup is another.

    Examples
    --------
    >>> page = to_plain("Toured with [[Kent (band)|Kent]].", "wikitext")
    >>> page.text, page.links
    ('Toured with Kent.', ((12, 16, 'Kent (band)'),))
    """
    return MARKUPS[markup](text)
