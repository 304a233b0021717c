"""Every notebook runs from its folder, is stored without results, and is prose and public calls only."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import nbclient
import nbformat
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)


def code_cells(path: Path) -> list:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def test_there_is_a_notebook():
    assert NOTEBOOKS


@each_notebook
def test_a_notebook_is_stored_without_results(path):
    nbformat.validate(nbformat.read(path, as_version=4))
    for cell in code_cells(path):
        assert cell.outputs == []
        assert cell.execution_count is None


@each_notebook
def test_a_notebook_defines_nothing_and_takes_public_names_only(path):
    tree = ast.parse("\n".join("".join(cell.source) for cell in code_cells(path)))
    defining = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    assert [node for node in ast.walk(tree) if isinstance(node, defining)] == []
    private = [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr.startswith("_")]
    assert private == []


@each_notebook
def test_a_notebook_begins_with_a_heading(path):
    first = nbformat.read(path, as_version=4).cells[0]
    assert (first.cell_type, first.source[:2]) == ("markdown", "# ")


@each_notebook
def test_a_notebook_ends_with_an_exercise(path):
    last = nbformat.read(path, as_version=4).cells[-1]
    assert last.cell_type == "markdown"
    assert "## Exercise\n" in last.source


@each_notebook
def test_a_notebook_runs(path, tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    (tmp_path / "notebooks").mkdir()
    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": str(tmp_path / "notebooks")}}
    )
    client.execute()
    assert [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"][-1]
