"""HTML to plain text."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote

from tigertail.errors import missing_extra
from tigertail.text.documents.builder import Builder, Plain, word_set

_HIDDEN: Final = word_set(
    "script style noscript template nav footer form svg head iframe object select button math"
)
_INLINE: Final = word_set(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark nobr q ruby s small span strike strong "
    "sub sup time tt u var wbr"
)
_WORK: Final = frozenset(("i", "em", "cite"))
_WIKI: Final = "/wiki/"
_DEPTH: Final = 200  # of nested elements; deeper ones are read without links and italics


def from_html(text: str) -> Plain:
    """Turn a page in HTML into plain text; broken HTML is repaired roughly as browsers do.

    Parameters
    ----------
    text
        The page, decoded.

    Returns
    -------
    Plain
        The target of a link is an address, or the title of a wiki page. Scripts, navigation and forms are left out, and
        so is all that follows the beginning of an element within more than some 2,000 others.
    """
    with missing_extra("web", "reading documents"):
        from lxml import etree

    # libxml2 would follow a declared encoding, but the text is already decoded. And it would end in silence at 256
    # nested elements, which old pages that close none of theirs have.
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    root = etree.fromstring(text.encode("utf-8", "replace"), parser) if text.strip() else None
    if root is None:
        return Plain("")
    built = Builder()
    title = root.xpath("string(//title[not(ancestor::svg)])")  # a drawing's is not the page's
    open_at: list[int] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            open_at.append(built.length)
            if tag in _HIDDEN:
                walk.skip_subtree()
                continue
            _begin(built, tag)
            built.add(element.text or "")
            continue
        start = open_at.pop()
        if tag not in _HIDDEN and len(open_at) < _DEPTH:
            _mark(built, element, tag, start)
        _begin(built, tag)
        built.add(element.tail or "")
    return built.plain(" ".join(title.split()) or None)


def _begin(built: Builder, tag: str) -> None:
    if tag not in _INLINE:
        built.add("\n")


def _mark(built: Builder, element: object, tag: str, start: int) -> None:
    if tag in _WORK:
        built.work(start)
    elif tag == "a" and (target := link_target(element.get("href") or "")):  # type: ignore[attr-defined]
        built.link(start, target)


def link_target(address: str) -> str:
    """Return the target of an address: the title of a wiki page, or the address itself without its fragment.

    Examples
    --------
    >>> link_target("https://en.wikipedia.org/wiki/Kent_(band)?action=history#Career"), link_target("#top")
    ('Kent (band)', '')
    """
    address = address.strip().partition("#")[0]
    _, wiki, title = address.partition(_WIKI)
    return unquote(title.partition("?")[0]).replace("_", " ") if wiki else address
