"""Which files a study is read from: each stage of a run with its files, and of tables the columns."""

from __future__ import annotations

from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING

from bri_eval.analysis.claims import TABLES, missing_tables
from bri_eval.econometrics.evidence.check_plan import read_check_plan
from bri_eval.files import ECONOMIES
from bri_eval.robustness.choices import JUDGEMENTS
from bri_eval.weights.judgements import EXPERTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bri_eval.modes.catalogue import Catalogue
    from bri_eval.study import Case, Study
    from bri_eval.tables import Sourced
    from bri_eval.weights.judgements import Judgement

TRACES = "traceability.toml"
"""Beside a study's file: what became of the statements of the paper that the study starts from."""

PACKAGE = "datapackage.json"
"""Beside the folder of a study's tables: who published what."""

Found = tuple[Path, str]
"""A file, and the column that is read of it; no column is the file as a whole."""


def stage_sources(study: Study) -> dict[str, dict[Path, tuple[str, ...]]]:
    """List what each stage of a run reads: its files, and of tables the declared columns.

    Parameters
    ----------
    study
        From ``read_study``.

    Returns
    -------
    dict
        Stage (index, analysis, robustness, modes, regressions, answers, paper; those that the study declares) to file
        to columns; no column means the file as a whole. A stage that stands on the index has the files of the index.
    """
    main = [(study.origin, ""), *_economies(study, study.economies), *_case(study, study.main)]
    found = {"index": [one for case in study.cases for one in _case(study, case)] + main, "analysis": main}
    if study.robustness is not None:
        found["robustness"] = main + list(_doubts(study))
    if study.modes is not None:
        found["modes"] = main + list(_modes(study, study.modes))
    if study.model_file is not None:
        found["regressions"] = found["index"] + list(_models(study, study.model_file))
    found["answers"] = main + list(_answers(study))
    if study.paper is not None:
        found["paper"] = [(path, "") for path in paper_sources(study.paper)]
    return {stage: _gathered(pairs) for stage, pairs in found.items()}


def paper_sources(paper: Path) -> list[Path]:
    """List the files that the paper is set from: every Typst and bibliography file beside it."""
    return sorted([*paper.parent.glob("*.typ"), *paper.parent.glob("*.bib")])


def relative(path: Path, home: Path) -> str:
    """Name a file by its way from the study's folder; one that lies elsewhere by its name alone.

    Examples
    --------
    >>> relative(Path("a/data/raw/x.csv"), Path("a/data")), relative(Path("a/paper/main.typ"), Path("a/data"))
    ('raw/x.csv', '../paper/main.typ')
    >>> relative(Path("/elsewhere/models.toml"), Path("a/data"))
    'models.toml'
    """
    try:
        way = Path(relpath(path, home)).as_posix()
    except ValueError:  # on another drive
        return path.name
    return path.name if way.startswith("../..") else way


def _economies(study: Study, economies: str | Sequence[str]) -> Iterator[Found]:
    """Name the register with the columns of codes, names and groups, if there is one."""
    path = study.tables / ECONOMIES
    if path.is_file():
        own = [economies] if isinstance(economies, str) and economies != "all" else []
        yield from ((path, column) for column in ("economy", "name", *own, study.groups) if column)


def _case(study: Study, case: Case) -> Iterator[Found]:
    """Name framework, judgements and columns of one index."""
    yield Path(case.framework.origin), ""
    yield from _judgements(case.judgements)
    yield from _columns(study.tables, case.framework.indicators)


def _judgements(judgements: Iterable[Judgement] | None) -> Iterator[Found]:
    """Name the files of judgements, and the roll of experts beside them."""
    files = dict.fromkeys(Path(one.origin) for one in judgements or ())
    rolls = dict.fromkeys(file.with_name(EXPERTS) for file in files)
    yield from ((path, "") for path in (*files, *(roll for roll in rolls if roll.is_file())))


def _columns(tables: Path, columns: Iterable[Sourced]) -> Iterator[Found]:
    """Name what declared columns are made of."""
    for column in columns:
        zero = f"{ECONOMIES}:{column.structural_zero}" if column.structural_zero else ""
        yield from _named(tables, column.source, column.denominator or "", zero)
        if zero:
            yield tables / column.source.partition(":")[0], ""


def _named(tables: Path, *sources: str) -> Iterator[Found]:
    """Split each ``table.csv:column``; without a table it is a column of the register."""
    for source in filter(None, sources):
        name, colon, column = source.partition(":")
        yield (tables / name, column) if colon else (tables / ECONOMIES, source)


def _doubts(study: Study) -> Iterator[Found]:
    """Name what the robustness analysis reads beyond the index."""
    plan = study.robustness
    if plan is not None:
        for levels in plan.choices.factors.values():
            for level in levels:
                yield from _judgements(level.settings.get(JUDGEMENTS))
        yield from (f for e in plan.errors for f in _named(study.tables, e.standard_error, e.lower, e.upper))


def _modes(study: Study, catalogue: Catalogue) -> Iterator[Found]:
    """Name what mode choice reads beyond the index."""
    yield Path(catalogue.origin), ""
    yield from _judgements(catalogue.judgements)
    yield from _named(study.tables, *(mode.coverage_source for mode in catalogue.modes), catalogue.demand.source)
    if catalogue.interpolation is not None:
        yield from _named(study.tables, catalogue.interpolation.source)
    yield study.tables / ECONOMIES, ""


def _models(study: Study, path: Path) -> Iterator[Found]:
    """Name what the regressions read beyond the indices."""
    yield path, ""
    yield from _economies(study, study.model_economies)
    numbers = [variable for variable in study.variables if not variable.is_text]
    yield from _columns(study.tables, numbers)
    yield from _named(study.tables, *(variable.source for variable in study.variables if variable.is_text))
    plan = read_check_plan(path, study.models)
    if plan is not None and plan.versions:
        yield from _doubts(study)


def _answers(study: Study) -> Iterator[Found]:
    """Name what answering the paper, and the paper's appendix, read beyond the index."""
    yield from ((Path(case.framework.origin), "") for case in study.cases)
    package = study.tables.parent / PACKAGE
    if package.is_file():
        yield package, ""
    if not missing_tables(study.tables):
        yield from ((study.tables / f"{name}.csv", "") for name in TABLES)
    traces = study.origin.parent / TRACES
    if traces.is_file():
        yield traces, ""


def _gathered(pairs: Iterable[Found]) -> dict[Path, tuple[str, ...]]:
    """Put the columns of each file together; a file that is read as a whole has none."""
    columns: dict[Path, dict[str, None]] = {}
    for path, column in pairs:
        columns.setdefault(path, {})[column] = None
    found: Mapping[Path, dict[str, None]] = {path: {} if "" in own else own for path, own in columns.items()}
    return {path: tuple(own) for path, own in sorted(found.items())}
