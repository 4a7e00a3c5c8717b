"""What a stored result depends on: the code of a notebook's function, and the corpora it reads.

The fingerprint is over the syntax, without comments, docstrings and line breaks: of the function, of all that the
notebook binds and the function names, transitively, and of the course_utils functions they call.
"""

import ast
import functools
import hashlib
import itertools
import json
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

from ..datasets.registry import ENTRIES, of_kind
from ..files import PROJECT

PACKAGE = PROJECT / "course_utils"
DATA = "course_utils.datasets"             # what it loads is judged by the corpus's own checksums


class Module:
    """The top level of some source: which statements bind a name, and what is imported.

    name: "notebook", or of a module of the package.  package: what its relative imports start from.
    """

    def __init__(self, name: str, source: str, package: str = ""):
        self.name, self.bound, self.imported = name, {}, {}
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                origin = resolve_name("." * node.level + (node.module or ""), package)
                self.imported |= {alias.asname or alias.name: (origin, alias.name) for alias in node.names}
        for statement in tree.body:
            for binding in bindings(statement):
                self.bound.setdefault(binding, []).append(statement)


def bindings(statement: ast.stmt) -> set[str]:
    """The names that a statement of the top level binds."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def free(node: ast.AST, local: frozenset[str] = frozenset()) -> Iterator[tuple[str, ...]]:
    """The names that a piece of code reads and does not itself bind: ("predict",), ("text", "pad")."""
    if isinstance(node, ast.FunctionDef | ast.Lambda):
        stored = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        local = local | stored | {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        local = local | {one.id for part in node.generators for one in ast.walk(part.target)
                         if isinstance(one, ast.Name)}
    chain, inner = [], node
    while isinstance(inner, ast.Attribute):
        chain, inner = [inner.attr, *chain], inner.value
    if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load):
        if inner.id not in local:
            yield inner.id, *chain
    else:
        for child in ast.iter_child_nodes(node):
            yield from free(child, local)


def plain(node: object) -> object:
    """A syntax tree as nested lists, the same for every Python: no places, no docstrings, nothing empty."""
    if isinstance(node, list):
        return [plain(one) for one in node]
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = {name: value for name, value in ast.iter_fields(node) if name not in ("ctx", "kind", "type_params")}
    body = fields.get("body")
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
        fields["body"] = body[1:]
    return [type(node).__name__, *([name, plain(value)] for name, value in sorted(fields.items())
                                   if value is not None and value != [])]


@functools.cache
def package_module(name: str) -> Module | None:
    """A module of the package, None if there is none of this name."""
    path = PACKAGE.joinpath(*name.split(".")[1:])
    for file, package in ((path.with_suffix(".py"), name.rpartition(".")[0]), (path / "__init__.py", name)):
        if name.split(".")[0] == PACKAGE.name and file.exists():
            return Module(name, file.read_text("utf-8"), package)
    return None


def resolve(module: Module, chain: tuple[str, ...]) -> tuple[Module, str] | None:
    """Where the name that a chain begins with is bound: (module, name); None outside the course."""
    first, *rest = chain
    if first not in module.imported:
        return (module, first) if first in module.bound else None
    origin, name = module.imported[first]
    inner = package_module(f"{origin}.{name}")
    if inner is not None:                                    # from course_utils import text
        return resolve(inner, tuple(rest)) if rest else None
    outer = package_module(origin)                           # from course_utils.training import predict
    return resolve(outer, (name, *rest)) if outer else None


def closure(module: Module, name: str) -> dict[tuple[str, str], list[ast.stmt]]:
    """All that a name depends on: {(module, name): statements that bind it}."""
    found, waiting = {}, [(module, name)]
    while waiting:
        module, name = waiting.pop()
        if (module.name, name) in found:
            continue
        found[module.name, name] = statements = module.bound[name]
        if not module.name.startswith(DATA):
            places = [resolve(module, chain) for statement in statements for chain in free(statement)]
            waiting += [place for place in places if place]
    return found


def source_of(path: Path) -> str:
    """The code of a notebook down to its exercises, as one text. (There a student's `train = ...` is another one.)"""
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(path.read_text("utf-8"))["cells"]]
    before = itertools.takewhile(lambda cell: "## Exercises" not in cell[1], cells)
    return "\n".join(source for kind, source in before if kind == "code")


def dependencies(path: Path, function: str) -> dict[tuple[str, str], list[ast.stmt]]:
    """All that a function of a notebook depends on, as in `closure`.  Raises KeyError if it is not there."""
    return closure(Module("notebook", source_of(path)), function)


def kinds_of(found: dict[tuple[str, str], list[ast.stmt]]) -> list[str]:
    """The kinds of corpora among dependencies: "entities", "news", "reviews"."""
    return sorted({corpus.kind for corpus in ENTRIES if (DATA, f"load_{corpus.kind}") in found})


def fingerprint(path: Path, function: str, bundled: bool = True) -> str:
    """Of a function of a notebook and, if they are meant, of the bundled corpora that it reads.

    Raises KeyError if the function is not there.
    """
    found = dependencies(path, function)
    code = {f"{module}:{name}": [plain(statement) for statement in statements]
            for (module, name), statements in found.items() if not module.startswith(DATA)}
    kinds = kinds_of(found) if bundled else []
    sums = [(PROJECT / "data" / of_kind(kind)[0].name / "SHA256SUMS").read_text("ascii").split() for kind in kinds]
    return hashlib.sha256(json.dumps([code, sums], sort_keys=True).encode()).hexdigest()[:16]
