"""Who imports whom, read from the source, and which arrows may be there."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HEAVY = {"tensorflow", "keras", "optuna"}
MAY_LOAD_HEAVY = {
    "tf_import",
    "optimisers",
    "training",
    "models",
    "fast",
    "objectives",
    "regularisers",
    "bench",
    "examples",
}
# The rest of the search imports it inside functions.
MAY_LOAD_OPTUNA = {"ganlib.search.sampling"}
NEVER_HEAVY = {"viz", "metrics", "pages", "app"}
MAY_USE_STREAMLIT = {"ui", "pages", "app"}
# All else of Streamlit is private, and may be another in its next version.
PUBLIC_STREAMLIT = {"streamlit", "streamlit.components.v1", "streamlit.errors"}
PRIVATE_ATTRIBUTES = {"config", "elements", "proto", "runtime", "web"}
MAY_USE_PRIVATE = {"ganlib.ui._compat"}

_WORDS = {
    "amounts",
    "blas",
    "architecture",
    "config",
    "discovery",
    "errors",
    "events",
    "knobs",
    "memory",
    "paths",
    "priority",
    "tiles",
}
_PARTS = {"data", "fast", "models", "objectives", "optimisers", "regularisers", "metrics"}
_ENGINE = _WORDS | _PARTS | {"recipes", "training"}

# Layer: the layers it may import, besides itself and the bare package `ganlib`.
ALLOWED: dict[str, set[str]] = {
    "ganlib": {"api", "runs"},
    "amounts": set(),
    "blas": set(),
    "errors": set(),
    "discovery": set(),
    "memory": {"errors"},
    "priority": set(),
    "tiles": set(),
    "tf_import": set(),
    "paths": {"errors"},
    "settings": {"errors", "paths"},
    "architecture": set(),
    "events": {"errors"},
    "knobs": {"errors"},
    "config": {"errors", "knobs"},
    "names": {"config"},
    **{part: _WORDS for part in _PARTS},
    "fast": _WORDS | {"models", "optimisers"},
    "recipes": _WORDS | _PARTS,
    "examples": {"errors", "recipes"},
    "training": _WORDS | _PARTS | {"tf_import", "recipes"},
    "runs": _ENGINE | {"names", "diagnosis"},
    "bench": _ENGINE | {"tf_import"},
    "search": _ENGINE | {"runs", "comparing", "names", "viz"},
    "diagnosis": _WORDS | {"metrics"},
    "comparing": {"runs"},
    "viz": _WORDS | {"metrics"},
    "api": _WORDS | {"metrics", "recipes", "training", "runs", "comparing", "viz"},
    "ui": (_ENGINE - {"fast", "models", "objectives", "optimisers", "regularisers"})
    | {"runs", "viz", "diagnosis", "examples"}
    | {"names", "settings", "comparing", "search"},
    "pages": {"ui"},
    "app": {"ui"},
    "serve": {"ui", "recipes"},
    "cli": _ENGINE
    | {"runs", "comparing", "diagnosis", "viz"}
    | {"bench", "search", "settings", "examples"},
    "__main__": {"cli"},
}


def modules(root: Path) -> dict[str, Path]:
    """Every module of the application by dotted name."""
    files = [*root.glob("ganlib/**/*.py"), *root.glob("pages/*.py"), *root.glob("app.py")]
    found = {}
    for path in sorted(files):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def layer(module: str) -> str:
    """The layer of a dotted name, such as "recipes"; "ganlib" for the bare package."""
    parts = module.split(".")
    return parts[1] if parts[0] == "ganlib" and len(parts) > 1 else parts[0]


def import_statements(
    tree: ast.AST, late: bool = False
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """(statement, whether it stands in a function); nothing that is for type checkers only."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node, late
        elif isinstance(node, ast.If) and _is_type_checking(node.test):
            yield from import_statements(ast.Module(node.orelse, []), late)
        else:
            function = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            yield from import_statements(node, late or function)


def arrows(root: Path) -> list[tuple[str, str]]:
    """Every import of the application: dotted names of the importing and the imported module."""
    known = modules(root)
    found = []
    for source, path in known.items():
        package = source if path.name == "__init__.py" else source.rpartition(".")[0]
        for statement, _ in _statements(path.read_text("utf-8")):
            found += [(source, name) for name in _targets(statement, package, known)]
    return found


def violations(root: Path) -> list[str]:
    """One sentence for each import that should not be there."""
    known = modules(root)
    wrong = [
        f"{name} has no place in the layering." for name in known if layer(name) not in ALLOWED
    ]
    for source, target in arrows(root):
        where, to, top = layer(source), layer(target), target.split(".")[0]
        if top in {"ganlib", "pages", "app"} and to not in {where, "ganlib"}:
            if to not in ALLOWED.get(where, set()):
                wrong.append(f"{source} may not import {target}.")
        elif top == "streamlit" and where not in MAY_USE_STREAMLIT:
            wrong.append(f"{source} may not import streamlit.")
        elif top in HEAVY and where in NEVER_HEAVY:
            wrong.append(f"{source} may not import {top}.")
    wrong += [
        f"{name} may not use {used}, which is private."
        for name, path in known.items()
        for used in private_streamlit(path.read_text("utf-8"))
        if name not in MAY_USE_PRIVATE
    ]
    wrong += [
        f"{name} may import {used} from ganlib.training only."
        for name, path in known.items()
        if layer(name) != layer("ganlib.training")
        for used in modules_of_training(path.read_text("utf-8"))
    ]
    return wrong


@cache
def modules_of_training(text: str) -> list[str]:
    """Those that a module goes to past the package, which another thread may be importing."""
    found = [
        statement.module or ""
        for statement, _ in _statements(text)
        if isinstance(statement, ast.ImportFrom) and not statement.level
    ]
    return [name for name in found if name.startswith("ganlib.training.")]


@cache
def private_streamlit(text: str) -> list[str]:
    """Dotted names of all private parts of Streamlit that a module imports or reaches."""
    found = []
    for statement, _ in _statements(text):
        if isinstance(statement, ast.Import):
            found += [alias.name for alias in statement.names]
        elif statement.module == "streamlit":
            found += [f"streamlit.{alias.name}" for alias in statement.names]
        elif not statement.level:
            found.append(statement.module or "")
    private = [
        name for name in found if name.split(".")[0] == "streamlit" and name not in PUBLIC_STREAMLIT
    ]
    if "st." in text:
        private += [name for node in ast.walk(ast.parse(text)) if (name := _reached(node))]
    return private


def _reached(node: ast.AST) -> str:
    """`st.runtime` or `st.secrets._reset`, where it is private; else empty."""
    if not isinstance(node, ast.Attribute):
        return ""
    root: ast.expr = node
    while isinstance(root, ast.Attribute):
        root = root.value
    if not (isinstance(root, ast.Name) and root.id == "st"):
        return ""
    of_module = node.value is root and node.attr in PRIVATE_ATTRIBUTES
    return ast.unparse(node) if of_module or node.attr.startswith("_") else ""


def heavy_after_importing(root: Path) -> list[str]:
    """What really happens: "module: heavy packages" for each import that loaded one.

    Imports, in one new interpreter, every module that should be light, and of each page and
    of app.py, which are scripts, the import statements alone.
    """
    sources = []
    for name, path in modules(root).items():
        if layer(name) in {"pages", "app"}:
            statements = _statements(path.read_text("utf-8"))
            lines = [ast.unparse(node) for node, late in statements if not late]
            sources.append((name, "\n".join(lines)))
        elif layer(name) not in MAY_LOAD_HEAVY and name not in {
            "ganlib.__main__",
            *MAY_LOAD_OPTUNA,
        }:
            sources.append((name, f"import {name}"))
    code = (
        "import sys\n"
        f"for name, source in {sources!r}:\n"
        "    exec(compile(source, name, 'exec'), {})\n"
        f"    loaded = {HEAVY!r} & {{*sys.modules}}\n"
        "    if loaded: print(name + ':', *sorted(loaded))\n"
        "print('imported', len(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    *found, last = done.stdout.splitlines() or [""]
    if done.returncode or not last.startswith("imported"):
        raise RuntimeError(done.stderr)
    return found


@cache
def _statements(text: str) -> list[tuple[ast.Import | ast.ImportFrom, bool]]:
    return list(import_statements(ast.parse(text)))


def _targets(
    statement: ast.Import | ast.ImportFrom, package: str, known: dict[str, Path]
) -> list[str]:
    if isinstance(statement, ast.Import):
        return [alias.name for alias in statement.names]
    base = statement.module or ""
    if statement.level:
        parts = package.split(".")
        above = parts[: len(parts) - statement.level + 1]
        base = ".".join([*above, base] if base else above)
    named = [f"{base}.{alias.name}" for alias in statement.names]
    return list(dict.fromkeys(name if name in known else base for name in named))


def _is_type_checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"
