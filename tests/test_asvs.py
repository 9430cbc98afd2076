"""Which requirements of OWASP's ASVS 5 a test cites: in its own docstring (`ASVS 8.2.2`) or in that of its file (`(ASVS 5: 2.3.4, 15.4.2)`).

Only what this list names has to be cited; it holds the chapters that concern approvals, masking, access to objects and fields, races, files,
sessions and logs. That a test cites a requirement says where to look, and not that the requirement is met as a whole.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parent
# fmt: off
WANTED = {
    "1.3.2", "1.3.6", "1.3.12", "2.2.1", "2.3.1", "2.3.3", "2.3.4", "2.3.5", "3.3.1", "3.3.3", "3.5.1", "4.1.4", "4.1.5", "4.2.1",
    "5.2.1", "5.2.2", "5.2.6", "5.3.2", "5.4.1", "5.4.2", "5.4.3", "6.2.3", "6.3.1", "6.3.3", "6.3.8", "6.4.1", "6.4.3", "6.5.1",
    "7.3.1", "7.3.2", "7.4.2", "7.4.5", "8.2.1", "8.2.2", "8.2.3", "8.3.1", "8.3.2", "13.2.1", "13.2.2", "13.2.4", "13.4.4", "13.4.5",
    "14.2.2", "14.2.6", "14.2.7", "14.2.8", "14.3.2", "15.2.2", "15.3.1", "15.3.2", "15.3.3", "15.3.5", "15.4.2", "15.4.3",
    "16.2.1", "16.2.5", "16.3.2", "16.4.2", "16.5.1", "16.5.2", "16.5.3",
}
# fmt: on


def cited() -> dict[str, set[str]]:
    """Requirement → tests that cite it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in sorted(ROOT.rglob("test_*.py")):
        if path == Path(__file__):
            continue
        source = path.read_text(encoding="utf-8")
        if "ASVS" not in source:  # parsing takes long
            continue
        tree = ast.parse(source)
        tests = [
            node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        ]
        place = str(path.relative_to(ROOT))
        for node in (tree, *tests):
            told = (ast.get_docstring(node) or "").partition("ASVS")[2]
            for number in re.findall(r"\d+\.\d+\.\d+", told):
                found[number] |= (
                    {f"{place}::{node.name}"}
                    if isinstance(node, ast.FunctionDef)
                    else {f"{place}::{test.name}" for test in tests}
                )
    return found


def test_the_requirements_that_concern_us_are_cited_by_tests() -> None:
    found = cited()
    print(f"{len(found)} requirements of ASVS 5 cited by {len(set().union(*found.values()))} tests")
    assert sorted(WANTED - found.keys()) == []
