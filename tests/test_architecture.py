"""Layers, doors, the mirrored test tree and citation keys, read off the source by `ast`."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bri_eval as be

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "bri_eval"
FILES = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}
LAYERS = (
    "checks",
    "workers environment",
    "records",
    "delimited sheets",
    "files",
    "framework",
    "hierarchy",
    "tables impute treat normalise weights aggregate",
    "recipe",
    "result",
    "evaluation",
    "analysis modes econometrics adapters",
    "robustness",
    "study",
    "sources",
    "manifest",
    "report",
    "pipeline",
    "replication",
    "workbench verify refresh",
    "terminal",
    "verbs",
    "cli",
    "__init__ __main__",
)
HEIGHT = {room: height for height, rooms in enumerate(LAYERS) for room in rooms.split()}
DOORS = {
    "linearmodels": ("econometrics/",),
    "statsmodels": ("econometrics/",),
    "matplotlib": (
        "report/style.py",
        "report/figures.py",
        "report/rank_figures.py",
        "report/paper_figures.py",
        "report/map_figures.py",
        "report/evidence_figures.py",
        "report/mode_figures.py",
    ),
    "typst": ("report/paper.py", "report/usage.py"),
    "joblib": ("workers.py",),
    "networkx": ("analysis/network.py",),
    "docx": ("report/word.py",),
    "skcriteria": ("weights/library.py", "aggregate/library.py", "robustness/library.py", "adapters.py"),
    "openpyxl": ("report/workbook.py", "sheets.py"),
    "rich": ("terminal.py",),
    "vl_convert": ("report/explorer.py",),
    "wbgapi": ("refresh/worldbank.py",),
    **dict.fromkeys(("aiohttp", "ftplib", "http", "httpx", "requests", "socket", "urllib", "urllib3"), ()),
}
FORBIDDEN = {"eval": (), "exec": (), "compile": (), "print": ("terminal.py",)}
LONGEST = 340

each_file = pytest.mark.parametrize("name", FILES)


def room_of(module: str) -> str:
    """Return the top-level part of the package that a dotted module or a path belongs to."""
    return module.removeprefix("bri_eval.").removesuffix(".py").replace("/", ".").partition(".")[0]


def imported(tree: ast.AST) -> list[str]:
    """Return the dotted names that run-time imports name; those under `if TYPE_CHECKING:` do not count."""
    names: list[str] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names]
        else:
            names += imported(node)
    return names


def docstrings(tree: ast.AST) -> list[str]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return [ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, documented)]


def test_the_reader_of_imports_looks_into_functions_and_past_type_checking():
    source = "import a.b\nif TYPE_CHECKING:\n    import c\ndef f():\n    from d.e import g\n    from . import h"
    assert imported(ast.parse(source)) == ["a.b", "d.e.g", "..h"]


def test_every_room_of_the_package_has_a_layer():
    assert {room_of(name) for name in FILES} <= set(HEIGHT)


@each_file
def test_imports_go_down_only(name):
    room = room_of(name)
    inside = {room_of(other) for other in imported(TREES[name]) if other.startswith("bri_eval.")} - {room}
    up = sorted(other for other in inside if HEIGHT[other] >= HEIGHT[room])
    assert not up, f"{name} imports {up}, which are not below it"


@each_file
def test_imports_are_absolute_and_only_inits_and_doors_import_by_a_computed_name(name):
    names = imported(TREES[name])
    assert not [other for other in names if other.startswith(".")]
    assert name.endswith("__init__.py") or name in DOORS["skcriteria"] or "importlib" not in names


@each_file
def test_each_heavy_dependency_has_one_door(name):
    outside = [
        library
        for library in (other.partition(".")[0] for other in imported(TREES[name]))
        if library in DOORS and not name.startswith(DOORS[library])
    ]
    assert not outside


@each_file
def test_no_printing_outside_the_command_line_and_nothing_is_evaluated(name):
    called = {node.func.id for node in ast.walk(TREES[name]) if isinstance(node, ast.Call) and hasattr(node.func, "id")}
    assert not [word for word in called & set(FORBIDDEN) if name not in FORBIDDEN[word]]


@each_file
def test_no_file_is_too_long(name):
    lines = len(FILES[name].read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith(("__init__.py", "__main__.py"))])
def test_every_module_has_its_test_file(name):
    """A name that occurs twice in the package gets its folder before it: report/tables is test_report_tables."""
    path = Path(name)
    twice = len([other for other in FILES if Path(other).name == path.name]) > 1
    folder = f"{path.parent.name}_" if twice and path.parent.name else ""
    expected = ROOT / "tests" / path.parent / f"test_{folder}{path.name}"
    assert expected.is_file(), f"{name} has no {expected.relative_to(ROOT)}"


def test_every_key_under_references_is_in_the_bibliography():
    keys = set(re.findall(r"^@\w+\{([^,]+),", (ROOT / "paper" / "refs.bib").read_text(encoding="utf-8"), flags=re.M))
    sections = [text.partition("References\n---")[2] for tree in TREES.values() for text in docstrings(tree)]
    cited = {key for text in sections for key in re.findall(r"\b[a-z]+(?:19|20)\d\d[a-z]?\b", text)}
    assert len(cited) > 5
    assert cited <= keys


def test_importing_the_package_loads_nothing_heavy():
    code = "import bri_eval, sys; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "bri_eval" in loaded
    assert not {"numpy", "pandas", "scipy", "skcriteria", "matplotlib", "pandera"} & set(loaded)


@pytest.mark.parametrize("name", be.__all__)
def test_every_public_name_resolves_and_is_documented(name):
    assert getattr(be, name).__doc__
    assert name in dir(be)


def test_a_private_or_misspelt_name_does_not_resolve():
    with pytest.raises(AttributeError, match="no attribute 'evalute'"):
        be.evalute  # noqa: B018
