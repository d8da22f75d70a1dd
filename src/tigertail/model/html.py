"""Models and answers as small tables of HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Final

import polars as pl

_ROWS: Final = 25  # of a table that are shown


def table_html(table: pl.DataFrame, caption: str) -> str:
    """Return a table, its first rows.

    Values are text, numbers or None. Text is escaped, floats have three digits, and whole numbers commas.

    Examples
    --------
    >>> table_html(pl.DataFrame({"rank": [1], "name": ["Belle & Sebastian"]}), "After <Low>")
    '<table><caption>After &lt;Low&gt;</caption><tr><th>rank</th><th>name</th></tr>\
<tr><td>1</td><td>Belle &amp; Sebastian</td></tr></table>'
    """
    rows = [_row("th", table.columns), *(_row("td", row) for row in table.head(_ROWS).iter_rows())]
    more = table.height - _ROWS
    if more > 0:
        rows.append(f'<tr><td colspan="{table.width}">and {more:,} more</td></tr>')
    return f"<table><caption>{escape(caption)}</caption>{''.join(rows)}</table>"


def facts_html(facts: Mapping[str, Any], caption: str) -> str:
    """Return facts, one in each row; names and values are shown as those of :func:`table_html`."""
    rows = [f"<tr><th>{escape(name)}</th><td>{_cell(value)}</td></tr>" for name, value in facts.items()]
    return f"<table><caption>{escape(caption)}</caption>{''.join(rows)}</table>"


def _row(tag: str, values: Any) -> str:
    return "<tr>" + "".join(f"<{tag}>{_cell(value)}</{tag}>" for value in values) + "</tr>"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, int):
        return f"{value:,}"
    return escape(str(value))
