"""What is made at a release: the bill of materials, and the audit of the pinned versions."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"ci_{name}", ROOT / ".ci" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_bill_has_every_package_a_user_may_install_in_its_pinned_version() -> None:
    bill = script("sbom").document("1.2.3")
    components = {one["name"]: one for one in bill["components"]}
    assert {"numpy", "fastapi", "starlette", "cryptography", "opentelemetry-sdk"} <= components.keys()
    assert not {"pytest", "mypy", "mkdocs-material"} & components.keys()
    pins = dict(re.findall(r"^([\w.-]+)==([^ ;\n]+)", (ROOT / "constraints.txt").read_text("utf-8"), re.M))
    assert components["numpy"]["version"] == pins["numpy"]
    assert components["numpy"]["purl"] == f"pkg:pypi/numpy@{pins['numpy']}"
    refs = {one["bom-ref"] for one in bill["components"]}
    own, *others = bill["dependencies"]
    assert own["ref"] == bill["metadata"]["component"]["bom-ref"] == "pkg:pypi/tigertail@1.2.3"
    assert {one["ref"] for one in others} == refs
    assert {below for one in bill["dependencies"] for below in one["dependsOn"]} == refs, (
        "none without a reason"
    )


CLEAN = {"name": "numpy", "version": "2.4.6", "vulns": []}
FLAWED = {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
SKIPPED = {"name": "lost", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([CLEAN], 0, "0 known vulnerabilities in 1 of 1 packages audited"),
        ([CLEAN, FLAWED], 1, "old 1.0: PYSEC-1, fixed in 1.1"),
        ([CLEAN, SKIPPED], 1, "not audited: lost"),
        ([SKIPPED], 2, "NOTHING WAS AUDITED"),
        ([], 2, "NOTHING WAS AUDITED"),
    ],
)
def test_an_audit_that_looked_at_nothing_is_not_a_clean_one(packages: list, code: int, said: str) -> None:
    lines, found = script("audit").summary({"dependencies": packages})
    assert found == code
    assert any(line.startswith(said) for line in lines)
