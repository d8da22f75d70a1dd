"""Say what pip-audit found in the pinned versions: read its JSON report from standard input.

A report in which nothing could be looked up is no clean one: pip-audit itself passes it.
"""

import json
import sys
from typing import Any


def summary(report: dict[str, Any]) -> tuple[list[str], int]:
    """Return the lines to print, and the exit code."""
    packages = report["dependencies"]
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    audited = len(packages) - len(skipped)
    if not audited:
        return [
            "NOTHING WAS AUDITED: no database of vulnerabilities could be reached; this needs a network"
        ], 2
    lines = [
        f"{one['name']} {one['version']}: {flaw['id']}, fixed in {', '.join(flaw['fix_versions']) or 'no release'}"
        for one in packages
        for flaw in one.get("vulns", ())
    ]
    found = len(lines)
    if skipped:
        lines.append(f"not audited: {', '.join(skipped)}")
    lines.append(f"{found} known vulnerabilities in {audited} of {len(packages)} packages audited")
    return lines, 1 if found or skipped else 0


def main() -> None:
    """Print the summary, and end with its code."""
    text = sys.stdin.read()
    lines, code = summary(json.loads(text) if text.strip() else {"dependencies": []})
    print(*lines, sep="\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
