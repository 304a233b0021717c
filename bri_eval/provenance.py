"""What a run was made from: version, recipes, and hashes of every file that was read."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bri_eval
from bri_eval.recipe import choice_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bri_eval.recipe import Recipe
    from bri_eval.study import Study


def provenance(study: Study) -> dict[str, Any]:
    """Put down version, recipes and the SHA-256 of study, framework, judgement, model and table files.

    Parameters
    ----------
    study
        From ``read_study``.

    Returns
    -------
    dict
        Ready for JSON; paths are relative to the study, nothing in it depends on the machine or the time.
    """
    home = study.origin.parent
    sources = {case.framework.origin for case in study.cases}
    sources |= {one.origin for case in study.cases for one in case.judgements or ()}
    files = [study.origin, *map(Path, sorted(sources)), *([study.model_file] if study.model_file else [])]
    return {
        "bri_eval": bri_eval.__version__,
        "study": study.title,
        "seed": study.seed,
        "recipes": {case.name: recipe_dict(case.recipe) for case in study.cases},
        "files": {_relative(path, home): file_hash(path) for path in files},
        "tables": {path.name: file_hash(path) for path in sorted(study.tables.glob("*.csv"))},
    }


def recipe_dict(recipe: Recipe) -> dict[str, Any]:
    """Put a recipe down as plain values; functions by their name."""
    values = {field.name: getattr(recipe, field.name) for field in dataclasses.fields(recipe)}
    return {name: choice_name(value) if callable(value) else value for name, value in values.items()}


def stamp(study: Study) -> str:
    """Say in one line what made an exhibit: version, framework and tables, by the first digits of their hashes."""
    framework = Path(study.framework.origin)
    tables = combined_hash(study.tables.glob("*.csv"))
    return f"bri_eval {bri_eval.__version__}, {framework.name} {file_hash(framework)[:12]}, tables {tables[:12]}"


def file_hash(path: Path) -> str:
    """Hash a text file by its lines, so that line ends do not matter."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def combined_hash(paths: Iterable[Path]) -> str:
    """Hash several files together, by name and content."""
    lines = [f"{path.name} {file_hash(path)}" for path in sorted(paths)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def as_json(record: dict[str, Any]) -> str:
    """Write a record as JSON."""
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n"


def _relative(path: Path, home: Path) -> str:
    """Name a file relative to the study's folder where it lies below it."""
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else path.name
