"""Last.fm's answers as XML: the same tree as its JSON, by Last.fm's own rules.

An object is an element, and a list repeats one. ``{"@attr": {...}, ...}`` gives attributes to an element with children;
``{"#text": t, "size": s}`` is an element with the text t and the attribute size
(https://www.last.fm/api/rest).
"""

from __future__ import annotations

import re
from typing import Any, Final
from xml.etree import ElementTree as ET

_ATTRIBUTES: Final = "@attr"
_TEXT: Final = "#text"
_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_OPENSEARCH: Final = {"xmlns:opensearch": "http://a9.com/-/spec/opensearch/1.1/"}
_NOT_XML: Final = re.compile(  # the complement of Char (XML 1.0, section 2.2)
    "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)


def to_xml(tree: dict[str, Any], status: str = "ok") -> bytes:
    """Render an answer.

    Parameters
    ----------
    tree
        The answer as JSON has it: one object with one member.
    status
        ``ok`` or ``failed``.

    Returns
    -------
    bytes
        The document. Characters that XML cannot hold are left out.

    Examples
    --------
    >>> print(to_xml({"a": {"b": ["<1>", {"#text": "2", "size": "small"}], "@attr": {"of": "&"}}}).decode())
    <?xml version="1.0" encoding="UTF-8"?>
    <lfm status="ok"><a of="&amp;"><b>&lt;1&gt;</b><b size="small">2</b></a></lfm>
    """
    root = ET.Element("lfm", {"status": status})
    _fill(root, tree)
    # An empty element has both tags.
    document: bytes = ET.tostring(root, "utf-8", short_empty_elements=False)
    return _DECLARATION + document


def _fill(element: ET.Element, value: Any) -> None:
    if not isinstance(value, dict):
        element.text = _clean(value)
        return
    if _TEXT in value:
        element.text = _clean(value[_TEXT])
        element.attrib.update({key: _clean(text) for key, text in value.items() if key != _TEXT})
        return
    element.attrib.update({key: _clean(text) for key, text in value.get(_ATTRIBUTES, {}).items()})
    if any(key.startswith("opensearch:") for key in value):
        element.attrib.update(_OPENSEARCH)
    for key, child in value.items():
        if key != _ATTRIBUTES:
            for one in child if isinstance(child, list) else [child]:
                _fill(ET.SubElement(element, key), one)


def _clean(value: Any) -> str:
    return _NOT_XML.sub("", str(value))
