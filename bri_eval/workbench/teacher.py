"""Every mistake of a study at once, or what its tables hold, what deserves a second look, and what comes next."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bri_eval.checks import mistakes_of, tried, unknown
from bri_eval.files import ECONOMIES, read_numbers, read_table, split_source
from bri_eval.hierarchy import without
from bri_eval.pipeline import evaluate_study
from bri_eval.records import read_toml
from bri_eval.robustness.choices import JUDGEMENTS, expand
from bri_eval.study import read_study
from bri_eval.tables import read_economies, read_groups
from bri_eval.weights.judgements import by_node
from bri_eval.workbench.coverage import coverage_lines
from bri_eval.workbench.hints import hint_lines, next_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bri_eval.evaluation import Evaluation
    from bri_eval.robustness.plan import Plan
    from bri_eval.study import Study


class Review(NamedTuple):
    """Mistakes, one line each, in the order in which to correct them; or, if there are none, lines to print."""

    mistakes: tuple[str, ...]
    lines: tuple[str, ...]


def review(path: str | Path) -> Review:
    """Look at a study as a teacher: name every mistake that can be found on its own, or say what there is.

    Parameters
    ----------
    path
        The study's TOML file.

    Returns
    -------
    Review
        Mistakes of the study's file, framework, judgements, recipes, plans and models, and of every cell that is read;
        if there are none, those of the evaluations; if there are none either, coverage, hints and what comes next.
    """
    path = Path(path)
    study, found = tried(lambda: read_study(path))
    found += _table_mistakes(path, study)
    if study is None or found:
        return Review(tuple(dict.fromkeys(found)), ())
    found = _other_mistakes(study)
    evaluations, wrong = _evaluated(study) if not found else ({}, [])
    found += wrong
    if found:
        return Review(tuple(dict.fromkeys(found)), ())
    lines, found = tried(lambda: tuple(_lines(study, evaluations)))
    return Review(tuple(found), lines or ())


def _lines(study: Study, evaluations: Mapping[str, Evaluation]) -> Iterator[str]:
    """Yield coverage, hints and what comes next."""
    hints = list(hint_lines(study, evaluations))
    *coverage, last = coverage_lines(study, evaluations)
    yield from coverage
    if hints:
        yield f"No mistakes; worth a second look ({len(hints)})"
        yield from (f"  {hint}" for hint in hints)
        yield ""
    yield "What next"
    yield from (f"  {line}" for line in next_lines(study))
    yield ""
    yield last


def _table_mistakes(path: Path, study: Study | None) -> list[str]:
    """List what is wrong with the tables and the cells that a study reads, also where its other files have mistakes."""
    document = tried(lambda: read_toml(path))[0] or {}
    folder = path.parent / _text(document, "tables")
    if "tables" not in document or not folder.is_dir():
        named = _text(document, "tables")
        return [f"{path}: tables is '{named}'; there is no such folder; name the one with the tables"] if named else []
    declared = dict(_declared(path, document))
    if study is not None:
        read = {f"{study.model_file}: variable '{one.code}'": one for one in study.variables if not one.categories}
        declared |= {f"{where}: source": one.source for where, one in read.items()}
        declared |= {f"{where}: denominator": one.denominator for where, one in read.items() if one.denominator}
    found = [line for where, source in declared.items() for line in _source_mistakes(folder, where, source)]
    economies = document.get("economies", "all")
    if not found and (isinstance(economies, str) or all(isinstance(code, str) for code in economies)):
        lines = mistakes_of(lambda: read_economies(folder, economies, _sources(declared)))
        found += [f"{path}: economies: {line}" for line in lines]
    told = any(ECONOMIES in line for line in found) and not (folder / ECONOMIES).is_file()
    if _text(document, "groups") and not told:
        lines = mistakes_of(lambda: read_groups(folder, document["groups"]))
        found += [f"{path}: groups: {line}" for line in lines if line not in found]
    return found


def _declared(path: Path, document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the columns that the frameworks of a study name, with the place where they are named."""
    cases = [document, *(case for case in _entries(document, "alternative"))]
    for name in dict.fromkeys(_text(case, "framework") for case in cases):
        file = path.parent / name
        framework = (tried(partial(read_toml, file))[0] or {}) if name else {}
        for entry in _entries(framework, "indicator"):
            where = f"{file}: indicator '{entry.get('code', '')}'"
            yield f"{where}: source", _text(entry, "source")
            if _text(entry, "denominator"):
                yield f"{where}: denominator", entry["denominator"]
            if _text(entry, "structural_zero"):
                yield f"{where}: structural_zero", f"{ECONOMIES}:{entry['structural_zero']}"


def _source_mistakes(folder: Path, where: str, source: str) -> list[str]:
    """List what is wrong with one column: its name with the place where it is named, its cells with theirs."""
    place, found = tried(lambda: split_source(source))
    if place is None:
        return [f"{where}: {line}" for line in found]
    table, found = tried(lambda: read_table(folder / place.file, place.sheet))
    if table is None:
        return found
    if place.column not in table.columns:
        return [f"{where}: {folder / place.file}: {unknown('column', place.column, table.columns)}"]
    return mistakes_of(lambda: read_numbers(folder, source))


def _evaluated(study: Study) -> tuple[dict[str, Evaluation], list[str]]:
    """Evaluate every case on its own; list what keeps them from it, and the same only once."""
    made = {
        case.name: tried(partial(evaluate_study, dataclasses.replace(study, cases=(case,)))) for case in study.cases
    }
    found: dict[str, str] = {}
    for name, (_, lines) in made.items():
        for line in lines:
            plain = line.removeprefix(f"{study.origin}: {name}: ")
            found.setdefault(plain, line if line != plain else f"{study.origin}: {name}: {line}")
    return {name: evaluations[name] for name, (evaluations, _) in made.items() if evaluations}, [*found.values()]


def _other_mistakes(study: Study) -> list[str]:
    """List what is wrong with judgements, with levels and measurement errors, and with the paper."""
    found = [line for c in study.cases for line in mistakes_of(partial(by_node, c.framework, c.judgements or ()))]
    if study.robustness is not None:
        found += [f"{study.origin}: robustness: {line}" for line in _plan_mistakes(study, study.robustness)]
    if study.paper is not None and not study.paper.is_file():
        found.append(f"{study.origin}: paper is '{study.paper}'; there is no such file; leave paper out, or write it")
    return found


def _plan_mistakes(study: Study, plan: Plan) -> Iterator[str]:
    """Yield what is wrong with each level on its own, and with the measurement errors."""
    for factor, levels in expand(plan.choices, study.framework).factors.items():
        for level in levels:
            settings = {key: value for key, value in level.settings.items() if key != JUDGEMENTS}
            for line in mistakes_of(partial(dataclasses.replace, plan.choices.base, **settings)):
                yield f"choices: factor '{factor}', level '{level.name}': {line}"
            for line in mistakes_of(partial(without, study.framework, settings.get("exclude", ()))):
                yield f"choices: factor '{factor}', level '{level.name}': {line}"
    yield from mistakes_of(lambda: plan.noise_of(study.tables, economies=study.economies, years=study.years))


def _entries(document: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Give the tables in double brackets below a key, whatever else stands there."""
    entries = document.get(key, [])
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _text(document: Mapping[str, Any], key: str) -> str:
    """Give a text, "" where there is none."""
    value = document.get(key, "")
    return value if isinstance(value, str) else ""


def _sources(declared: Mapping[str, str]) -> list[str]:
    """Give the columns that are sources of indicators."""
    return [source for where, source in declared.items() if where.endswith(": source")]
