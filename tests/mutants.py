"""`python -m tests.mutants [--sample 120] [--seed N] [--module NAME]`: change one thing at a time and see whether a test notices; `make mutants` runs it.

Limited to audit, permissions, money and decisions, each with the tests that concern it. A mutant is one changed comparison, operator, constant or
condition inside a function. Everything is imported once; each mutant lives in a process forked from there, in which the function's code is
replaced. The exit code is 1 where fewer than 85 % were noticed.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import inspect
import os
import random
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LEAST = 0.85
# fmt: off
MODULES: dict[str, tuple[str, ...]] = {
    "audit.permissions": ("tests/audit/test_permissions.py",),
    "audit.chain": ("tests/audit/test_chain.py",),
    "audit.people": ("tests/audit/test_people.py",),
    "audit.typed": ("tests/audit/test_typed.py",),
    "audit.paging": ("tests/audit/test_paging.py",),
    "rules.money": ("tests/rules/test_money.py",),
    "cases.four_eyes": ("tests/cases/test_four_eyes.py",),
    "cases.workflow": ("tests/cases/test_workflow.py",),
    "cases.services.decisions": ("tests/cases/test_decisions.py", "tests/cases/test_four_eyes.py"),
    "cases.services.money": ("tests/cases/test_money.py", "tests/cases/test_recovery.py"),
}
_COMPARED = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
             ast.Is: ast.IsNot, ast.IsNot: ast.Is}
_REACHED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult, ast.Mod: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr}
# fmt: on


@dataclass(frozen=True)
class Mutant:
    """One change: in which function of which module, at which line, in words, and the function's new code."""

    module: str
    function: str
    line: int
    what: str
    code: CodeType


def variants(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Other nodes in place of this one."""
    if isinstance(node, ast.Compare):
        for at, op in enumerate(node.ops):
            if other := _COMPARED.get(type(op)):
                changed = copy.deepcopy(node)
                changed.ops[at] = other()
                yield f"{type(op).__name__} → {other.__name__}", changed
    elif isinstance(node, ast.BoolOp):
        changed = copy.deepcopy(node)
        changed.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        yield f"{type(node.op).__name__} → {type(changed.op).__name__}", changed
    elif isinstance(node, ast.BinOp) and type(node.op) in _REACHED:
        changed = copy.deepcopy(node)
        changed.op = _REACHED[type(node.op)]()
        yield f"{type(node.op).__name__} → {type(changed.op).__name__}", changed
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not taken away", node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield f"{node.value} → {not node.value}", ast.copy_location(ast.Constant(not node.value), node)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield f"{node.value} → {node.value + 1}", ast.copy_location(ast.Constant(node.value + 1), node)
    elif isinstance(node, ast.IfExp):
        changed = copy.deepcopy(node)
        changed.body, changed.orelse = changed.orelse, changed.body
        yield "the other branch", changed
    elif isinstance(node, ast.Raise):
        yield "raises nothing", ast.copy_location(ast.Pass(), node)


class _Replace(ast.NodeTransformer):
    """Replaces the node at a place of the walk."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else super().generic_visit(node)


def _replace(function: ast.FunctionDef, old: ast.AST, new: ast.AST) -> None:
    function.body = [_Replace(old, new).visit(statement) for statement in function.body]


def mutants_of(name: str) -> Iterator[Mutant]:
    """Every mutant of a module."""
    module = importlib.import_module(name)
    path = Path(str(module.__file__))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for holder in [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]:
        for function in holder.body:
            if not isinstance(function, ast.FunctionDef):
                continue
            where = f"{holder.name}.{function.name}" if isinstance(holder, ast.ClassDef) else function.name
            for node in [inner for statement in function.body for inner in ast.walk(statement)]:
                for what, other in variants(node):
                    _replace(function, node, other)
                    code = _code_of(compile(ast.fix_missing_locations(tree), str(path), "exec"), where)
                    _replace(function, other, node)
                    if code is not None:
                        yield Mutant(name, where, getattr(node, "lineno", 0), what, code)


def _code_of(module: CodeType, where: str) -> CodeType | None:
    found: CodeType | None = module
    for part in where.split("."):
        found = (
            next(
                (const for const in found.co_consts if isinstance(const, CodeType) and const.co_name == part),
                None,
            )
            if found
            else None
        )
    return found


def _function(module: str, where: str) -> FunctionType | None:
    found: Any = importlib.import_module(module)
    for part in where.split("."):
        found = inspect.getattr_static(found, part, None)
        found = getattr(found, "fget", None) or getattr(found, "__func__", None) or found
    while hasattr(found, "__wrapped__"):
        found = found.__wrapped__
    return found if isinstance(found, FunctionType) else None


def is_noticed(mutant: Mutant, seconds: float) -> bool:
    """Whether a test of the module fails with it, or does not end."""
    pid = os.fork()
    if pid == 0:
        import signal

        import pytest

        os.setsid()
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        signal.alarm(int(seconds))
        found = _function(mutant.module, mutant.function)
        if found is None or found.__code__.co_freevars != mutant.code.co_freevars:
            os._exit(99)
        found.__code__ = mutant.code
        os._exit(int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", *MODULES[mutant.module]])))
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code == 99:
        raise LookupError(mutant.function)
    return code != 0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    options.add_argument("--sample", type=int, default=120)
    options.add_argument("--module", choices=list(MODULES), action="append")
    options.add_argument("--seconds", type=float, default=float("inf"))
    asked = options.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fraud.project.settings")
    import django
    import pytest

    django.setup()
    names = asked.module or list(MODULES)
    found = [mutant for name in names for mutant in mutants_of(name)]
    draw = random.Random(asked.seed)
    draw.shuffle(found)
    print(
        f"seed {asked.seed}: {min(asked.sample, len(found))} of {len(found)} mutants of {len(names)} modules",
        flush=True,
    )
    begun = time.monotonic()
    if pytest.main(
        ["-q", "-p", "no:cacheprovider", *dict.fromkeys(test for name in names for test in MODULES[name])]
    ):
        print("the tests fail without any mutant")
        return 2
    limit = 60 + 3 * (time.monotonic() - begun)
    tried: Counter[str] = Counter()
    noticed: Counter[str] = Counter()
    for mutant in found[: asked.sample]:
        if time.monotonic() - begun > asked.seconds:
            break
        try:
            was = is_noticed(mutant, limit)
        except LookupError:
            continue
        tried[mutant.module] += 1
        noticed[mutant.module] += was
        if not was:
            print(f"  lives: {mutant.module}:{mutant.line} {mutant.function}: {mutant.what}", flush=True)
    for name in names:
        print(f"{name:28}{noticed[name]:>5} of {tried[name]:>4} noticed")
    share = sum(noticed.values()) / max(sum(tried.values()), 1)
    print(f"{sum(noticed.values())} of {sum(tried.values())} noticed: {share:.0%}")
    return int(share < LEAST)


if __name__ == "__main__":
    sys.exit(main())
