"""What the site adds to the pages: the tutorial as a page, and names in the place of links that lead out of docs/."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

ROOT = Path(__file__).parent.parent
TUTORIAL = "tutorials/first_steps"


def on_files(files: Any, config: Any) -> Any:
    """Add the tutorial's notebook as a page."""
    cells = json.loads((ROOT / f"docs/{TUTORIAL}.ipynb").read_text("utf-8"))["cells"]
    parts = [
        f"```python\n{source}\n```" if cell["cell_type"] == "code" else source
        for cell in cells
        for source in ["".join(cell["source"])]
    ]
    files.append(File.generated(config, f"{TUTORIAL}.md", content="\n\n".join(parts)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Lead to the tutorial's page, and replace a link to a file of the repository by its text; that file must exist."""

    def text(found: re.Match[str]) -> str:
        if not (ROOT / "docs" / found[2].split("#")[0]).resolve().exists():
            raise PluginError(f"{page.file.src_uri}: no such file: {found[2]}")
        return found[1]

    return re.sub(
        r"\[([^\]]+)\]\((\.\./[^)]+)\)", text, markdown.replace(f"{TUTORIAL}.ipynb", f"{TUTORIAL}.md")
    )
