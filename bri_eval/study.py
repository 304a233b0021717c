"""A declared study, read from its file."""

from __future__ import annotations

import dataclasses
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bri_eval.checks import InputError, listing
from bri_eval.econometrics.specs import ModelSpec, read_models
from bri_eval.econometrics.variables import Variable, read_variables
from bri_eval.framework import Framework, read_framework
from bri_eval.recipe import Recipe
from bri_eval.records import checked_values, read_toml, refuse_unknown
from bri_eval.weights.judgements import Judgement, read_judgements

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAIN = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One index of a study: the main one, or an alternative that names only what differs."""

    name: str
    framework: Framework
    years: tuple[int, ...]
    judgements: tuple[Judgement, ...] | None
    recipe: Recipe
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Everything that ``study.toml`` declares, read and checked."""

    origin: Path
    title: str
    tables: Path
    economies: str | tuple[str, ...]
    headline: int
    groups: str
    seed: int
    cases: tuple[Case, ...]
    models: tuple[ModelSpec, ...] = ()
    variables: tuple[Variable, ...] = ()
    model_economies: str | tuple[str, ...] = ""
    model_titles: Mapping[str, str] = field(default_factory=dict)
    paper: Path | None = None
    model_file: Path | None = None

    @property
    def main(self) -> Case:
        """The index that the study reports."""
        return self.cases[0]

    @property
    def framework(self) -> Framework:
        """Framework of the main index."""
        return self.main.framework

    @property
    def years(self) -> tuple[int, ...]:
        """Years of the main index."""
        return self.main.years

    @property
    def judgements(self) -> tuple[Judgement, ...] | None:
        """Judgements of the main index."""
        return self.main.judgements

    @property
    def recipe(self) -> Recipe:
        """Recipe of the main index."""
        return self.main.recipe


_KEYS = (
    "schema", "title", "framework", "tables", "economies", "years", "headline", "groups", "seed", "judgements",
    "recipe", "alternative", "regressions", "paper",
)  # fmt: skip


def read_study(path: str | Path) -> Study:
    """Read a study from a TOML file.

    Parameters
    ----------
    path
        See ``data/study.toml``; paths inside are relative to it.

    Returns
    -------
    Study
        With framework, judgements and models read; tables are read when an index is evaluated.

    Raises
    ------
    InputError
        Naming the file and the entry.
    """
    path = Path(path)
    document = read_toml(path)
    refuse_unknown(document, _KEYS, f"{path}")
    for key in ("framework", "tables", "economies", "years"):
        if key not in document:
            raise InputError(f"{path}: there is no '{key}'; it is needed")
    main = _case(path, {"name": MAIN, **{k: document[k] for k in _CASE_KEYS if k in document}}, None)
    cases = (main, *(_case(path, entry, main) for entry in document.get("alternative", [])))
    names = [case.name for case in cases]
    if len(set(names)) < len(names):
        raise InputError(f"{path}: alternatives are named {listing(names[1:])}; names are unique, and not '{MAIN}'")
    headline = document.get("headline", max(main.years))
    if headline not in main.years:
        raise InputError(f"{path}: headline is {headline}; years are {listing(main.years)}")
    economies = document["economies"]
    study = Study(
        origin=path,
        title=document.get("title", path.stem),
        tables=path.parent / document["tables"],
        economies=economies if isinstance(economies, str) else tuple(economies),
        headline=headline,
        groups=document.get("groups", ""),
        seed=document.get("seed", 0),
        cases=cases,
        paper=Path(os.path.normpath(path.parent / document["paper"])) if "paper" in document else None,
    )
    return _with_models(study, document.get("regressions"))


def with_settings(study: Study, settings: Iterable[str]) -> Study:
    """Change the main recipe by settings such as ``weighter=critic`` or ``exclude=lpi_customs,tariff``.

    Parameters
    ----------
    study
        From ``read_study``.
    settings
        ``field=value``; the value as in TOML, quotes may be left out, commas separate the entries of a list.

    Raises
    ------
    InputError
        For a setting without ``=``, an unknown field or a value that the recipe refuses.
    """
    entry: dict[str, Any] = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals:
            raise InputError(f"--set {setting}: expected field=value, such as weighter=critic")
        entry[key.strip()] = _value(key.strip(), text.strip())
    if not entry:
        return study
    main = dataclasses.replace(study.main, recipe=_recipe(entry, "--set", study.recipe))
    return dataclasses.replace(study, cases=(main, *study.cases[1:]))


def _value(key: str, text: str) -> Any:
    """Read the value of a setting."""
    if key in ("exclude", "range") and not text.startswith("["):
        return [_value("", part.strip()) for part in text.split(",") if part.strip()]
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


_CASE_KEYS = ("name", "note", "framework", "years", "judgements", "recipe")


def _case(path: Path, entry: Mapping[str, Any], main: Case | None) -> Case:
    """Read the main index or an alternative; what it does not name it takes from the main one."""
    where = f"{path}: {entry.get('name', 'alternative')}"
    refuse_unknown(entry, _CASE_KEYS, where)
    given: dict[str, Any] = {"name": entry.get("name", ""), "note": entry.get("note", "")}
    if not given["name"]:
        raise InputError(f"{path}: an [[alternative]] has no name; give it one")
    if "framework" in entry:
        given["framework"] = read_framework(path.parent / entry["framework"])
    if "years" in entry:
        given["years"] = tuple(sorted(entry["years"]))
    if "judgements" in entry:
        given["judgements"] = read_judgements(path.parent / entry["judgements"])
    given["recipe"] = _recipe(entry.get("recipe", {}), where, main.recipe if main else Recipe())
    if main is None:
        return Case(**{"judgements": None, **given})
    return dataclasses.replace(main, **given)


def _recipe(entry: Mapping[str, Any], where: str, base: Recipe) -> Recipe:
    """Read a recipe; a sub-table, such as [recipe.minmax], holds parameters of the method it is named after."""
    flat = {key: value for key, value in entry.items() if not isinstance(value, dict)}
    for value in entry.values():
        flat |= value if isinstance(value, dict) else {}
    try:
        return dataclasses.replace(base, **checked_values(Recipe, flat, f"{where}: recipe"))
    except InputError as error:
        message = str(error)
        raise InputError(message if message.startswith(where) else f"{where}: recipe: {message}") from None


def _with_models(study: Study, entry: Mapping[str, Any] | None) -> Study:
    """Read the models that a study declares, if any."""
    if entry is None:
        return study
    refuse_unknown(entry, ("models", "economies"), f"{study.origin}: regressions")
    if "models" not in entry:
        raise InputError(f"{study.origin}: [regressions] names no models; give it a file")
    path = study.origin.parent / entry["models"]
    economies = entry.get("economies", study.economies)
    return dataclasses.replace(
        study,
        models=read_models(path),
        model_file=path,
        variables=read_variables(path),
        model_titles=read_toml(path).get("tables", {}),
        model_economies=economies if isinstance(economies, str) else tuple(economies),
    )
