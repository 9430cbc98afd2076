"""Which of our modules names which: read from the source, wherever the import stands."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path


def module_files(root: Path, packages: Iterable[str]) -> dict[str, Path]:
    """Dotted names of all modules and their files, migrations left out."""
    found = {}
    for package in packages:
        for path in (root / package).rglob("*.py"):
            if "migrations" not in path.parts:
                parts = path.relative_to(root).with_suffix("").parts
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def import_graph(files: Mapping[str, Path]) -> dict[str, set[str]]:
    """Module → modules of ours it imports: at the top, inside functions, and for types alone."""
    return {name: _imports(path, files) - {name} for name, path in files.items()}


def _imports(path: Path, files: Mapping[str, Path]) -> set[str]:
    found = set()
    for node in _statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name if name in files else str(node.module) for name in whole}
    return {name for name in found if name in files}


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Every statement, however deep it stands; what stands inside one is three quarters of all nodes and imports nothing."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, part, ())
            waiting += inner if isinstance(inner, list) else ()  # the body of a lambda is no statement


def circles(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Groups of modules that reach each other (strongly connected components of more than one). Kosaraju, without recursion."""
    turned: dict[str, list[str]] = {name: [] for name in graph}
    for name, others in graph.items():
        for other in others:
            turned[other].append(name)
    seen: set[str] = set()
    order: list[str] = []
    for start in graph:
        order += _finished(start, graph, seen)
    seen.clear()
    groups = [_finished(start, turned, seen) for start in reversed(order)]
    return [sorted(group) for group in groups if len(group) > 1]


def _finished(start: str, graph: Mapping[str, Iterable[str]], seen: set[str]) -> list[str]:
    """What is reached from `start` and was not seen, each after everything it leads to."""
    if start in seen:
        return []
    seen.add(start)
    done, path = [], [(start, iter(graph[start]))]
    while path:
        name, others = path[-1]
        following = next((other for other in others if other not in seen), None)
        if following is None:
            done.append(name)
            path.pop()
        else:
            seen.add(following)
            path.append((following, iter(graph[following])))
    return done
