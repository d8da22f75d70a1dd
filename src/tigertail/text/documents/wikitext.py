"""Wikitext to plain text.

Half of a page is templates and references, and a full parse of those takes most of the time, so they are removed
first, in one pass; mwparserfromhell parses the rest. Members and associated acts of an infobox are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from tigertail.errors import missing_extra
from tigertail.text.documents.builder import Builder, Plain, word_set

# Bounded repetition, so that a page full of openings without an end still takes linear time.
_CUT: Final = re.compile(
    r"(<!--)|(-->)|(<ref\b[^<>]{0,400}?/>)|(<ref\b[^<>]{0,400}>)|(</ref\s*>)|(\{\{)|(\}\})"
)
_COMMENT, _COMMENT_END, _EMPTY_REF, _REF, _REF_END, _OPEN, _CLOSE = range(1, 8)
_DEEPEST: Final = 40  # levels in cut, the page itself one of them; beyond, only the sign goes
_PIECE: Final = 10_000  # characters
# A heading ends a table that nothing else did.
_TABLE: Final = re.compile(r"^[ \t]*(?:(\{\|)|(\|\})|==)", re.MULTILINE)
# The parser sees no table after it.
_INDENT: Final = re.compile(r"^[ \t]*:[: \t]*(?=\{\|)", re.MULTILINE)
_NESTED: Final = 5  # tables within each other at the end of a piece, at most
_UNENDED: Final = 20  # openings without an end that a piece may have
_HTML_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_PIPE: Final = re.compile(r"(\[\[)|(\]\])|(\|)")
_KEY: Final = re.compile(r"\s*([\w .-]{1,40}?)\s*=\s*")
_QUOTES: Final = re.compile(r"'{2,}|\n")
# Names of templates, parameters, namespaces and sections are the English ones alone.
_SHOWN: Final = word_set(
    "flatlist hlist plainlist unbulleted_list ubl ublist nowrap nobold small smaller nobr cslist"
)
_ACTS: Final = word_set(
    "associated_acts current_members past_members members spinoffs spinoff_of influences influenced"
)
_HIDDEN: Final = word_set("ref gallery math chem timeline score imagemap syntaxhighlight source graph")
_NAMESPACES: Final = word_set(
    "file image category template wikipedia help portal media user special draft module"
)
# These sections cite titles of books and pages; names in them are rarely evidence of similarity.
_APPARATUS: Final = frozenset(
    {"references", "external links", "further reading", "notes", "bibliography", "sources", "footnotes"}
)
_INTERWIKI: Final = re.compile(r"[a-z]{2,3}(-[a-z-]{2,10})?$")


def from_wikitext(text: str) -> Plain:
    """Turn a page's wikitext into plain text; malformed markup is text.

    Parameters
    ----------
    text
        The page's source.

    Returns
    -------
    Plain
        The target of a link is the title of a page, without its anchor. Links to files, categories and other languages
        that no colon begins, references, attributes of tables and sections with nothing but references are left out.
    """
    with missing_extra("web", "reading documents"):
        import mwparserfromhell

    walk = _Walk()
    for piece in _pieces(_INDENT.sub("", cut(text))):
        # Apostrophes are left to _text.
        walk.nodes(mwparserfromhell.parse(_tamed(piece), skip_style_tags=True))
    walk.end_of_line()
    return walk.built.plain()


def cut(text: str) -> str:
    """Remove comments, references and templates from wikitext; of those without an end, the sign alone.

    After a comment without an end, signs alone go.
    Time is linear in the length of the text.
    """
    frames: list[tuple[int, list[str]]] = [(0, [])]
    done = 0
    for match in _CUT.finditer(text):
        kind = match.lastindex
        top = frames[-1][0]
        frames[-1][1].append(text[done : match.start()])
        done = match.end()
        if top == _COMMENT:
            if kind == _COMMENT_END:
                frames.pop()
        elif kind in (_COMMENT, _REF, _OPEN) and len(frames) < _DEEPEST:
            frames.append((kind, []))
        elif kind == _CLOSE and top == _OPEN:
            body = "".join(frames.pop()[1])
            frames[-1][1].append(_shown(body))
        elif kind == _REF_END:
            _end_reference(frames)
        # A closing sign without an opening one is dropped.
    frames[-1][1].append(text[done:])
    return "".join(piece for _, pieces in frames for piece in pieces)


def _pieces(text: str) -> Iterator[str]:
    """Split a page at its paragraphs; the parser takes quadratic time for markup without an end.

    What is in a table when a piece ends is in one when the next begins.
    """
    begin = tables = 0
    while len(text) - begin > _PIECE:
        end = begin + _PIECE
        breaks = (text.rfind(mark, begin, end) for mark in ("\n\n", "\n==", "\n", " "))
        end = next((at + 1 for at in breaks if at > begin), end)
        piece = "{|\n" * tables + text[begin:end]
        tables = _open_tables(piece)
        yield piece + "\n|}" * tables
        begin = end
    piece = "{|\n" * tables + text[begin:]
    yield piece + "\n|}" * _open_tables(piece) if tables else piece


def _open_tables(piece: str) -> int:
    """Return how many tables begin in a piece and do not end."""
    tables = 0
    for match in _TABLE.finditer(piece):
        tables = tables + 1 if match[1] else max(0, tables - 1) if match[2] else 0
    return min(tables, _NESTED)


def _tamed(piece: str) -> str:
    """Remove the markup of a piece in which more markup begins than ends."""
    if piece.count("[[") - piece.count("]]") > _UNENDED:
        piece = piece.replace("[[", "")
    if piece.count("[") - piece.count("]") > _UNENDED:
        piece = piece.replace("[", "")
    if piece.count("{|") - piece.count("|}") > _UNENDED:
        piece = piece.replace("{|", "")
    if piece.count("<") - 2 * piece.count("</") - piece.count("/>") > _UNENDED:
        piece = _HTML_TAG.sub("", piece).replace("<", " ")
    return piece


def _end_reference(frames: list[tuple[int, list[str]]]) -> None:
    """Drop the innermost reference, with the templates inside that were never closed."""
    kinds = [kind for kind, _ in frames]
    if _REF in kinds:
        del frames[len(kinds) - 1 - kinds[::-1].index(_REF) :]


def _shown(template: str) -> str:
    """Return the visible text of a template."""
    name, _, rest = template.partition("|")
    name = name.strip().lower().replace(" ", "_")
    if name.startswith("infobox"):
        values = (_KEY.match(part) for part in _parameters(rest))
        acts = (key for key in values if key and key[1].lower().replace(" ", "_") in _ACTS)
        return "".join(f"\n{key.string[key.end() :]}\n" for key in acts)
    return "\n".join(_values(_parameters(rest))) if name in _SHOWN else ""


def _values(parameters: list[str]) -> Iterator[str]:
    """Yield the parameters that a template shows: one with a name, but for a number, says how."""
    for one in parameters:
        key = _KEY.match(one)
        if key is None:
            yield one
        elif key[1].isdecimal():
            yield one[key.end() :]


def _parameters(text: str) -> list[str]:
    """Split at the pipes that lie outside links."""
    parts, begin, depth = [], 0, 0
    for match in _PIPE.finditer(text):
        if match[1]:
            depth += 1
        elif match[2]:
            depth = max(0, depth - 1)
        elif depth == 0:
            parts.append(text[begin : match.start()])
            begin = match.end()
    return [*parts, text[begin:]]


class _Walk:
    """Visits parsed nodes and writes their text."""

    def __init__(self) -> None:
        self.built = Builder()
        self._italic: int | None = None
        self._skipped_level: int | None = None  # of the heading of a section that is left out

    def nodes(self, code: Any) -> None:
        """Write the text of some nodes."""
        for node in code.nodes if hasattr(code, "nodes") else ():
            kind = type(node).__name__
            if kind == "Heading":
                self._heading(node)
            elif self._skipped_level is None:
                self._node(node, kind)

    def _node(self, node: Any, kind: str) -> None:
        if kind == "Text":
            self._text(str(node.value))
        elif kind == "Wikilink":
            self._link(node)
        elif kind == "ExternalLink":
            self.nodes(node.title)
        elif kind == "HTMLEntity":
            self.built.add(_entity(node))
        elif kind == "Tag":
            self._tag(node)

    def _heading(self, node: Any) -> None:
        if self._skipped_level is not None and node.level > self._skipped_level:
            return
        self.end_of_line()
        title = str(node.title).strip()
        self._skipped_level = node.level if title.casefold() in _APPARATUS else None
        if self._skipped_level is None:
            self.built.add("\n")
            self.nodes(node.title)
            self.end_of_line()
            self.built.add("\n")

    def _link(self, node: Any) -> None:
        title = _title(node.title)
        target = " ".join(title.partition("#")[0].replace("_", " ").split())
        space, colon, _ = target.partition(":")
        foreign = space.strip().lower() in _NAMESPACES or _INTERWIKI.match(space)
        if colon and space and foreign:  # with a colon before it, a link to such a page is shown
            return
        start = self.built.length
        if node.text is None:
            self.built.add(title.lstrip(":"))
        else:
            self.nodes(node.text)
        if target := target.lstrip(":"):
            self.built.link(start, target)

    def _tag(self, node: Any) -> None:
        name = str(node.tag).strip().lower()
        if name in _HIDDEN:
            return
        if name in ("br", "li", "dt", "dd", "table", "tr", "td", "th", "hr", "p", "div"):
            self.built.add("\n")
        if node.contents is not None:
            self.nodes(node.contents)

    def _text(self, text: str) -> None:
        """Write text; two apostrophes begin or end italics, which end with their line in any case."""
        done = 0
        for match in _QUOTES.finditer(text):
            self.built.add(text[done : match.start()])
            done = match.end()
            if match[0] == "\n":
                self.end_of_line()
                self.built.add("\n")
            elif len(match[0]) in (2, 5):  # 5 are bold italics, 3 are bold alone
                self._toggle()
        self.built.add(text[done:])

    def _toggle(self) -> None:
        if self._italic is None:
            self._italic = self.built.length
        else:
            self.end_of_line()

    def end_of_line(self) -> None:
        """End the italics, if there are any."""
        if self._italic is not None:
            self.built.work(self._italic)
            self._italic = None


def _title(code: Any) -> str:
    """Return what stands in a link for a page, with its entities as the signs that they mean."""
    return "".join(_entity(node) if type(node).__name__ == "HTMLEntity" else str(node) for node in code.nodes)


def _entity(node: Any) -> str:
    """Return the sign that an entity means; "" where it means none, or half of a surrogate pair."""
    try:
        sign = str(node.normalize())
        sign.encode()
    except (ValueError, OverflowError):
        return ""
    return sign
