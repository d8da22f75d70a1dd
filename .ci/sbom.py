"""Print the software bill of materials of a release: CycloneDX 1.6, in JSON.

It names the packages of pyproject.toml's dependencies and extras for users, but the extra spark, and all that these
need, in the versions of constraints.txt. What needs what is read from the installed packages, so run it in the
environment of `make`.
"""

import json
import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
TOOLS = {"dev", "docs", "peers"}
OF_CLUSTER = {"spark"}  # PySpark is in the version that the cluster runs, so that none is pinned


def pinned() -> dict[str, str]:
    """Return the version of each package of constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    found = dict(re.fullmatch(r"([\w.-]+)==([^ ;]+).*", line).groups() for line in lines if "==" in line)
    return {canonicalize_name(name): version for name, version in found.items()}


def needs(requirements: list[str], extras: set[str]) -> dict[str, set[str]]:
    """Return the packages that requirements name on this machine, each with its extras."""
    found: dict[str, set[str]] = {}
    for text in requirements:
        one = Requirement(text)
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in {*extras, ""}):
            found.setdefault(canonicalize_name(one.name), set()).update(one.extras)
    return found


def installed(name: str) -> tuple[list[str], str | None]:
    """Return what an installed package needs, and its licence."""
    try:
        data = distribution(name)
    except PackageNotFoundError:
        sys.exit(f"{name} is not installed: run make sbom, which installs everything first")
    licence = data.metadata.get("License-Expression")
    return data.requires or [], licence


def reachable(direct: dict[str, set[str]]) -> tuple[dict[str, set[str]], dict[str, str | None]]:
    """Return all packages that some need, each with those it needs itself; and the licences."""
    graph: dict[str, set[str]] = {}
    seen: dict[str, set[str]] = {}
    licences: dict[str, str | None] = {}
    waiting = list(direct.items())
    while waiting:
        name, extras = waiting.pop()
        if name in seen and extras <= seen[name]:
            continue
        seen[name] = seen.get(name, set()) | extras
        requirements, licences[name] = installed(name)
        below = needs(requirements, seen[name])
        graph[name] = set(below)
        waiting += below.items()
    return graph, licences


def document(version: str) -> dict[str, object]:
    """Return the bill of materials."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    for_users = extras.keys() - TOOLS - OF_CLUSTER
    texts = [*project["dependencies"], *(one for name in for_users for one in extras[name])]
    direct = needs(texts, set())
    graph, licences = reachable(direct)
    versions = pinned()
    if missing := graph.keys() - versions.keys():
        sys.exit(f"constraints.txt lacks {', '.join(sorted(missing))}")
    refs = {name: f"pkg:pypi/{name}@{versions[name]}" for name in graph}
    own = f"pkg:pypi/tigertail@{version}"

    def component(name: str) -> dict[str, object]:
        found: dict[str, object] = {
            "type": "library",
            "bom-ref": refs[name],
            "name": name,
            "version": versions[name],
            "purl": refs[name],
        }
        return found | ({"licenses": [{"expression": licences[name]}]} if licences[name] else {})

    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": "tigertail",
                "version": version,
                "purl": own,
                "licenses": [{"expression": project["license"]}],
            }
        },
        "components": [component(name) for name in sorted(graph)],
        "dependencies": [
            {"ref": own, "dependsOn": sorted(refs[name] for name in direct)},
            *(
                {"ref": refs[name], "dependsOn": sorted(refs[below] for below in graph[name])}
                for name in sorted(graph)
            ),
        ],
    }


if __name__ == "__main__":
    from tigertail.version import __version__

    print(json.dumps(document(__version__), indent=2))
