"""House rules for Python files that ruff has no rule for. Line length and annotations: see pyproject.toml."""

import ast

import pytest
from conftest import PROJECT

MOST_LINES = 40
DOCTORS = "__main__.py", "commands/doctor.py", "datasets/__init__.py", "datasets/registry.py", "files.py"


def functions():
    """(file and line, function) of every function in the project's modules."""
    for folder in "benchmarks", "course_utils", "data", "notebooks", "tests":
        for path in sorted((PROJECT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{path.relative_to(PROJECT)}:{node.lineno}", node


def test_no_function_is_longer_than_forty_lines():
    lengths = {f"{place} {node.name}": node.end_lineno - node.lineno + 1 for place, node in functions()}
    assert len(lengths) > 100
    too_long = [f"{name}: {length} lines" for name, length in lengths.items() if length > MOST_LINES]
    assert not too_long, "\n".join(too_long)


@pytest.mark.parametrize("file", DOCTORS)
def test_an_old_python_can_load_the_doctor(file):
    """Python 3.8 has neither list[str] nor X | None: there such annotations must not be evaluated."""
    source = (PROJECT / "course_utils" / file).read_text("utf-8")
    tree = ast.parse(source, feature_version=(3, 8))
    if "from __future__ import annotations" not in source:
        found = [getattr(node, field, None) for node in ast.walk(tree) for field in ("annotation", "returns")]
        parts = [part for annotation in found if annotation for part in ast.walk(annotation)]
        assert not any(isinstance(part, ast.Subscript | ast.BinOp) for part in parts)
