"""Print the lowest version of every direct dependency that pyproject.toml allows, as a constraints file.

Tools of the tests alone keep the versions of constraints.txt, as far as no library of ours needs another.
"""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
TOOLS = {"dev", "peers"}


def main() -> None:
    """Print the constraints."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    direct = [*project["dependencies"], *(one for name in extras.keys() - TOOLS for one in extras[name])]
    for requirement in sorted(set(direct)):
        parts = re.fullmatch(r"([\w.-]+)(?:\[[^]]*\])?>=([\w.]+)(?:,<[\w.]+)?(; .+)?", requirement)
        if parts is None:
            raise SystemExit(f"{requirement}: write it as name>=version[,<version][; marker]")
        name, version, marker = parts.groups(default="")
        print(f"{name}=={version}{marker}")


if __name__ == "__main__":
    main()
