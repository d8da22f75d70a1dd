"""Retired words stay retired: names, messages, help texts, settings, metrics and documents use the field's terms.

Docstrings and comments are prose and not tested; an example of each kind shows that the test can fail.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tigertail.model import ModelConfig
from tigertail.service.http.settings import Settings

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "src/tigertail").rglob("*.py"))
PAGE = [
    ROOT / "src/tigertail/service/explorer/index.html",
    *(ROOT / "src/tigertail/service/explorer").rglob("*.js"),
]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

CLASSES = re.findall(
    r"\w+",
    """
    Attached Belief Blind Desk Dials Edition Fame Family Ingredients Judgement KeptSignals Learned Lessons Listening
    Lost Newcomers Question Recoding Remembered Shelf Spool Stamp TakenIn Telling Trail Trial Truth Verdict
    View
    """,
)
NAMES = re.findall(
    r"\w+",
    """
    believe belief caution cheapness clumping company fallen families fewest grace heard hush lanes nobody patience
    rival scarcity squeezed told unheard whom
    """,
)
"""Words that are no part of a public name, a setting or a metric."""
WORDS = ["heard", "hears", "told", "whom", "nobody", "somebody", "shelf", "desk"]
"""Words that are in no message, help text, page or document."""

OLD_SETTINGS = [ROOT / "src/tigertail/service/http/settings.py", ROOT / "src/tigertail/model/config.py"]
"""Modules whose errors for the settings of earlier releases quote the old names."""


def words_of(name: str) -> list[str]:
    return [word.lower() for word in re.split(r"_+|(?<=[a-z])(?=[A-Z])", name) if word]


def public_names(source: str) -> Iterator[str]:
    """Yield the names of classes, functions, parameters and annotated fields."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def retired_names(source: str) -> list[str]:
    names = [name for name in public_names(source) if not name.startswith("_")]
    return [name for name in names if name in CLASSES or set(words_of(name)) & set(NAMES)]


def messages(source: str) -> Iterator[str]:
    """Yield every text of a module that is no docstring."""
    tree = ast.parse(source)
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.value


def retired_words(text: str) -> list[str]:
    return re.findall(rf"\b(?:{'|'.join(WORDS)})\b", text, re.IGNORECASE)


def settings_of(schema: Any) -> Iterator[str]:
    """Yield the keys of a JSON schema, at any depth."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from settings_of(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from settings_of(part)


@pytest.mark.parametrize(
    "module", MODULES, ids=lambda path: path.relative_to(ROOT / "src/tigertail").as_posix()
)
def test_names_and_messages_of_a_module(module: Path) -> None:
    source = module.read_text("utf-8")
    assert retired_names(source) == []
    if module not in OLD_SETTINGS:
        assert [text for text in messages(source) if retired_words(text)] == []


@pytest.mark.parametrize("config", [ModelConfig, Settings])
def test_settings(config: Any) -> None:
    keys = list(settings_of(config.model_json_schema()))
    assert len(keys) > 20
    assert [key for key in keys if set(words_of(key)) & set(NAMES)] == []


@pytest.mark.parametrize("page", PAGE, ids=lambda path: path.name)
def test_the_page(page: Path) -> None:
    assert retired_words(page.read_text("utf-8")) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_documents(document: Path) -> None:
    prose = re.sub(r"```.*?```", "", document.read_text("utf-8"), flags=re.DOTALL)
    assert retired_words(prose) == []


def test_a_retired_word_would_be_seen() -> None:
    assert retired_names("class Shelf:\n    def ask(self, fewest: int) -> None: ...") == ["Shelf", "fewest"]
    assert list(messages('"""Told."""\nraise ValueError("nobody was told")')) == ["nobody was told"]
    assert retired_words("The model was told by Somebody.") == ["told", "Somebody"]
