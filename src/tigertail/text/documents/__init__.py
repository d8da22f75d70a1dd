"""Documents about music, read as plain text and links.

A container (files, JSON lines, a WARC, a wiki dump) yields pages; the reader of a markup turns a page into plain
text with the positions of its links. Neither uses the catalogue: :mod:`tigertail.text.mentions` finds the artists.
"""

from tigertail.text.documents.builder import Link, Plain
from tigertail.text.documents.plain import MARKUPS, to_plain

__all__ = ["MARKUPS", "Link", "Plain", "to_plain"]
