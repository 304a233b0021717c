"""From the paper to the package: what became of every statement, and the five problems with their paths and pillars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.checks import InputError, listing, unknown
from bri_eval.records import make_record, read_toml, refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from bri_eval.framework import Framework

IDS = tuple(f"{number:02d}" for number in range(1, 50))
"""Identifiers of the paper's statements."""

OUT = "context only: "
"""How the reason for leaving a statement out begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One statement of the paper and what the package makes of it.

    Parameters
    ----------
    id, section, content
        Identifier 01 to 49, section of the paper, the statement in short.
    functions
        Dotted names that can be imported.
    exhibits
        Codes of tables and figures of the report.
    claims
        Identifiers of the ledger of claims.
    reason
        Why it is left out, after "context only: "; empty if anything of the above is given.
    note
        What the functions do not say by their names.

    Examples
    --------
    >>> trace = Trace(id="01", section="1", content="Trade grows", claims=("C1",))
    >>> trace.exhibits, trace.claims
    ((), ('C1',))
    """

    id: str
    section: str
    content: str
    functions: tuple[str, ...] = ()
    exhibits: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One problem of the paper, the path that answers it, and the pillar that measures both.

    Parameters
    ----------
    problem, problem_section
        A problem that the paper names, and where.
    path, path_section
        What the paper proposes against it, and where.
    pillar
        Code of the group that measures both.

    Examples
    --------
    >>> sections = {"problem_section": "3.2", "path_section": "5.2"}
    >>> Answer(problem="slow customs", path="clear early", pillar="service", **sections).pillar
    'service'
    """

    problem: str
    problem_section: str
    path: str
    path_section: str
    pillar: str


ANSWERS = (
    Answer(
        problem="Logistics network imperfect",
        problem_section="3.1",
        path="Improve the network system",
        path_section="4.1",
        pillar="network",
    ),
    Answer(
        problem="Infrastructure incomplete",
        problem_section="3.2",
        path="Smooth the construction of infrastructure",
        path_section="4.2",
        pillar="infrastructure",
    ),
    Answer(
        problem="Service system not perfect",
        problem_section="3.3",
        path="Improve the comprehensive service system",
        path_section="4.3",
        pillar="service",
    ),
    Answer(
        problem="Enterprises do not cooperate",
        problem_section="3.4",
        path="Collaborate between enterprises",
        path_section="4.4",
        pillar="enterprise",
    ),
    Answer(
        problem="Logistics mode not flexible",
        problem_section="3.5",
        path="Flexible, hybrid modes",
        path_section="4.5",
        pillar="flexibility",
    ),
)
"""The five problems and paths of the paper, one to one; the pillars are the authors' judgement."""


def problem_paths(framework: Framework) -> pd.DataFrame:
    """Tabulate problems, paths, pillars and the indicators below them, one row per problem.

    Raises
    ------
    InputError
        If the framework lacks one of the five pillars.
    """
    for answer in ANSWERS:
        if answer.pillar not in framework.pillars:
            raise InputError(f"{framework.origin}: {unknown('pillar', answer.pillar, framework.pillars)}")
    rows = [
        {
            "problem": answer.problem,
            "problem_section": answer.problem_section,
            "path": answer.path,
            "path_section": answer.path_section,
            "pillar": framework.names[answer.pillar],
            "indicators": [framework.names[code] for code in framework.leaves(answer.pillar)],
        }
        for answer in ANSWERS
    ]
    return pd.DataFrame(rows)


def read_traces(path: str | Path) -> tuple[Trace, ...]:
    """Read what became of every statement from a TOML file of ``[[item]]`` tables.

    Parameters
    ----------
    path
        See ``data/traceability.toml``.

    Returns
    -------
    tuple of Trace
        In the order of the statements.

    Raises
    ------
    InputError
        If an identifier is absent, unknown or there twice; if a statement has neither a function, an exhibit or a
        claim nor a reason, or has both; naming file and identifier.

    Examples
    --------
    >>> traces = read_traces("data/traceability.toml")
    >>> len(traces), traces[0].id
    (49, '01')
    """
    document = read_toml(path)
    refuse_unknown(document, ("schema", "item"), f"{path}")
    if document.get("schema") != 1:
        raise InputError(f"{path}: schema is {document.get('schema')!r}; this version reads schema = 1")
    entries = document.get("item", [])
    traces = tuple(make_record(Trace, entry, f"{path}: item '{entry.get('id', '?')}'") for entry in entries)
    found = [trace.id for trace in traces]
    for code in found:
        if code not in IDS:
            raise InputError(f"{path}: {unknown('id', code, IDS)}")
        if found.count(code) > 1:
            raise InputError(f"{path}: id '{code}' stands {found.count(code)} times; every statement stands once")
    absent = [code for code in IDS if code not in found]
    if absent:
        raise InputError(f"{path}: there is no item {listing(absent)}; every statement of the paper stands once")
    for trace in traces:
        _check_trace(trace, f"{path}: item '{trace.id}'")
    return traces


def check_exhibits(traces: Iterable[Trace], exhibits: Collection[str]) -> None:
    """Raise at the first code that no table or figure of a report has, naming the statement."""
    for trace in traces:
        for code in trace.exhibits:
            if code not in exhibits:
                raise InputError(f"item '{trace.id}': {unknown('exhibit', code, sorted(exhibits))}")


def traceability_table(traces: Iterable[Trace]) -> pd.DataFrame:
    """Tabulate statements: id, section, content, what the package makes of it, exhibits; one row each.

    Parameters
    ----------
    traces
        From ``read_traces``.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> traceability_table(read_traces("data/traceability.toml")).shape[0]
    49
    """
    rows = [
        {
            "id": trace.id,
            "section": trace.section,
            "content": trace.content,
            "made": "; ".join(part for part in (", ".join(map(_last, trace.functions)), trace.note) if part),
            "exhibits": ", ".join([*trace.exhibits, *trace.claims]),
            "reason": trace.reason,
        }
        for trace in traces
    ]
    return pd.DataFrame(rows, columns=["id", "section", "content", "made", "exhibits", "reason"])


def _check_trace(trace: Trace, where: str) -> None:
    """Check that a statement is used or left out with a reason, and not both."""
    used = trace.functions or trace.exhibits or trace.claims
    if used and trace.reason:
        raise InputError(f"{where} is used and has a reason for leaving it out; keep one of them")
    if not used and not (trace.reason.startswith(OUT) and trace.reason.removeprefix(OUT).strip()):
        raise InputError(f"{where} is used nowhere; name a function, or give a reason = '{OUT}...'")
    blank = [name for name in ("section", "content") if not getattr(trace, name).strip()]
    if blank:
        raise InputError(f"{where} has a blank {blank[0]}; say what the paper says and where")


def _last(name: str) -> str:
    """Give the function's own name."""
    return name.rpartition(".")[2]
