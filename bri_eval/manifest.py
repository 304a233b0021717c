"""What a run was made from, with what, and what it made: ``manifest.json``, in which everything has its hash."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bri_eval
from bri_eval.checks import InputError
from bri_eval.environment import HOME, environment, platform
from bri_eval.recipe import choice_name
from bri_eval.sources import relative, stage_sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bri_eval.recipe import Recipe
    from bri_eval.study import Study

NAME = "manifest.json"
LOCK = "requirements.lock"
PARTS = {"index": ("index", "analysis"), "evidence": ("regressions",)}
"""Stages of a run whose folders are called otherwise."""


def manifest(study: Study, files: Mapping[str, str | bytes], stages: Sequence[str]) -> dict[str, Any]:
    """Put down what a run was made from and with, and what it made.

    Parameters
    ----------
    study
        From ``read_study``.
    files
        Everything that the run makes, by its path below the build folder.
    stages
        Those that were carried out, as in ``run``.

    Returns
    -------
    dict
        Ready for JSON: settings (version, title, seed, stages, draws, recipes), sources (of each part what files and
        columns it reads), inputs, code, environment, platform and outputs with SHA-256 hashes. Hashes of inputs and
        code are of their lines, so that line ends do not matter, those of outputs of their bytes. Nothing depends on
        user, folder, time zone or locale.

    Examples
    --------
    >>> from bri_eval.study import read_study
    >>> record = manifest(read_study("data/study.toml"), {}, ["index"])
    >>> record["settings"]["seed"], len(record["inputs"]["raw/lpi.csv"])
    (20181122, 64)
    """
    home, parts = study.origin.parent, [part for stage in stages for part in PARTS.get(stage, (stage,))]
    read = {part: own for part, own in stage_sources(study).items() if part in parts}
    record = {
        "schema": 1,
        "settings": _settings(study, stages),
        "sources": {part: {relative(p, home): list(c) for p, c in own.items()} for part, own in read.items()},
        "inputs": {relative(p, home): file_hash(p) for p in sorted({p for own in read.values() for p in own})},
        "code": code(),
        "environment": {**environment(), "lock": _lock()},
        "platform": platform(),
        "outputs": {path: bytes_hash(content) for path, content in sorted(files.items())},
    }
    plain: dict[str, Any] = json.loads(json.dumps(record))
    return plain


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a build folder.

    Raises
    ------
    InputError
        If there is none, or it is not one.
    """
    path = folder / NAME
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; bri-eval reproduce writes it")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not readable as JSON: {error}; bri-eval reproduce writes it afresh") from None
    if not isinstance(found, dict) or not all(isinstance(found.get(key), dict) for key in ("inputs", "outputs")):
        raise InputError(f"{path}: is no manifest of a run; bri-eval reproduce writes it afresh")
    return found


def code() -> dict[str, str]:
    """Hash every file of the package, and all of them together."""
    root = HOME / "bri_eval"
    paths = sorted(path for path in root.rglob("*") if path.is_file() and path.suffix not in (".pyc", ".pyo"))
    each = {path.relative_to(HOME).as_posix(): file_hash(path) for path in paths if "__pycache__" not in path.parts}
    return {"all": bytes_hash("\n".join(f"{name} {own}" for name, own in each.items())), **each}


def recipe_dict(recipe: Recipe) -> dict[str, Any]:
    """Put a recipe down as plain values; functions by their name."""
    values = {field.name: getattr(recipe, field.name) for field in dataclasses.fields(recipe)}
    return {name: choice_name(value) if callable(value) else value for name, value in values.items()}


def stamp(study: Study) -> str:
    """Say in one line what made an exhibit: version, framework and tables, by the first digits of their hashes."""
    framework = Path(study.framework.origin)
    read = {path for own in stage_sources(study).values() for path in own}
    tables = combined_hash(path for path in read if path.parent == study.tables)
    return f"bri_eval {bri_eval.__version__}, {framework.name} {file_hash(framework)[:12]}, tables {tables[:12]}"


def file_hash(path: Path) -> str:
    """Hash a text file by its lines, so that line ends do not matter."""
    return bytes_hash(path.read_bytes().replace(b"\r\n", b"\n"))


def bytes_hash(content: str | bytes) -> str:
    """Hash a text, as it is written, or bytes."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def combined_hash(paths: Iterable[Path]) -> str:
    """Hash several files together, by name and content."""
    return bytes_hash("\n".join(f"{path.name} {file_hash(path)}" for path in sorted(paths)))


def as_json(record: Mapping[str, Any]) -> str:
    """Write a record as JSON."""
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n"


def _settings(study: Study, stages: Sequence[str]) -> dict[str, Any]:
    """Put down what the study and the command line say, beyond what the files hold."""
    plan = study.robustness
    return {
        "bri_eval": bri_eval.__version__,
        "study": study.title,
        "seed": study.seed,
        "stages": list(stages),
        "draws": None if plan is None else [plan.draws, plan.rows],
        "recipes": {case.name: recipe_dict(case.recipe) for case in study.cases},
    }


def _lock() -> str | None:
    """Hash the lock of the repository, where there is one."""
    path = HOME / LOCK
    return file_hash(path) if path.is_file() else None
