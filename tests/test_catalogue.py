"""The catalogue of bad inputs, parts B (rules), C (requests) and D (evidence): every number has a test that names it.

A test names a number in its own name (`test_c13_…`), in a row of its table (`("C13", …)`), or by `@pytest.mark.catalogue("C13")`.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent
NUMBERS = [f"B{n}" for n in range(1, 23)] + [f"C{n}" for n in range(1, 28)] + [f"D{n}" for n in range(1, 19)]
#: Files whose tables begin a row with the number.
TABLES = ("rules/test_bad_inputs.py", "cases/api/test_bad_requests.py", "cases/test_evidence.py")


def named(path: Path) -> Iterator[tuple[str, str]]:
    """Number and test, or table, of a file."""
    source, place = path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))
    if place not in TABLES and not re.search(r"test_[bcd]\d|catalogue", source):  # parsing takes long
        return
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            if found := re.match(r"test_([bcd]\d+)_", node.name):
                yield found[1].upper(), f"{place}::{node.name}"
            for mark in node.decorator_list:
                if (
                    isinstance(mark, ast.Call)
                    and isinstance(mark.func, ast.Attribute)
                    and mark.func.attr == "catalogue"
                ):
                    for given in mark.args:
                        yield str(ast.literal_eval(given)), f"{place}::{node.name}"
        elif (
            isinstance(node, ast.Tuple)
            and place in TABLES
            and node.elts
            and isinstance(node.elts[0], ast.Constant)
        ):
            yield str(node.elts[0].value), f"{place}, a row"


def test_every_number_of_the_catalogue_is_tried() -> None:
    tried: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(ROOT.rglob("test_*.py")):
        if path != Path(__file__):
            for number, test in named(path):
                tried[number].append(test)
    known = {number: tried[number] for number in NUMBERS if number in tried}
    print(f"{len(known)} of {len(NUMBERS)} numbers, by {sum(map(len, known.values()))} tests and rows")
    assert sorted(set(NUMBERS) - set(known)) == []
