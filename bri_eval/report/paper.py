"""The paper: the numbers of its running text, and its setting; the only door to typst."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from scipy import stats

from bri_eval.checks import InputError, unknown
from bri_eval.econometrics.variation import minimum_detectable_effect, variation
from bri_eval.report.regressions import leading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bri_eval.econometrics.specs import Evidence
    from bri_eval.evaluation import Evaluation

LAYOUTS = ("manuscript", "journal")
"""One column, and two."""


def index_numbers(evaluations: Mapping[str, Evaluation], year: int, names: pd.Series) -> dict[str, str]:
    """Give the numbers of the text about the index, as printed.

    Returns
    -------
    dict
        Key such as ``index/ranked`` to text.
    """
    main = evaluations["main"]
    goal = main.framework.goal
    order = pd.Series(main.scores[goal].xs(year, level="year")).sort_values(ascending=False)
    years = main.scores.index.get_level_values("year")
    weights = main.weights_in(year)
    top = weights.sort_values(ascending=False)
    lpi = [i.code for i in main.framework.indicators if i.source.startswith("lpi.csv")]
    numbers = {
        "index/year": str(year),
        "index/ranked": str(len(order)),
        "index/rows": f"{len(main.scores):,}",
        "index/editions": str(years.nunique()),
        "index/first_year": str(years.min()),
        "index/last_year": str(years.max()),
        "index/indicators": str(len(main.framework.codes)),
        "index/left_out": str(len(main.screened)),
        "index/filled": str(int((main.filled != "").to_numpy().sum())),
        "index/cells": f"{main.filled.size:,}",
        "index/lpi_weight": _percent(float(weights[lpi].sum())),
        "index/lpi_count": str(len(lpi)),
        "index/prior_share": _percent(main.recipe.prior_share),
        "index/top_weight_name": main.framework.names[top.index[0]].lower(),
        "index/top_weight": _percent(top.iloc[0]),
        "index/best": _listed([names.get(e, e) for e in order.index[:3]]),
        "index/worst": _listed([names.get(e, e) for e in order.index[-3:]]),
        "index/best_score": f"{order.iloc[0]:.3f}",
        "index/worst_score": f"{order.iloc[-1]:.3f}",
        "index/median_score": f"{order.median():.3f}",
    }
    for code in main.framework.pillars:
        numbers[f"index/weight_{code}"] = _percent(float(weights[main.framework.leaves(code)].sum()))
    if len(main.consistency):
        numbers["index/consistency_ratio"] = f"{main.consistency['consistency_ratio'].max():.4f}"
        numbers["index/random_index"] = main.recipe.random_index
    return numbers | _alternative_numbers(evaluations, year)


def fit_numbers(evidence: Evidence) -> dict[str, str]:
    """Give the numbers of every model's coefficient of interest, and the within share of its regressor."""
    numbers: dict[str, str] = {}
    for fit in evidence.fits:
        term = leading(fit)
        low, high = map(float, fit.conf_int.loc[term])
        numbers |= {
            f"fit/{fit.spec.name}/{key}": text
            for key, text in {
                "estimate": _signed(fit.params[term]),
                "std_error": f"{fit.std_errors[term]:.3f}",
                "p": _p(fit.pvalues[term]),
                "lower": _signed(low),
                "upper": _signed(high),
                "observations": str(fit.nobs),
                "economies": str(fit.clusters),
                "detectable": f"{minimum_detectable_effect(fit, term):.2f}",
                "verdict": _verdict(low, high),
                "finding": _finding(low, high),
            }.items()
        }
    terms = dict.fromkeys(leading(fit) for fit in evidence.fits)
    shares = variation(evidence.data, [term for term in terms if term in evidence.data])["within_share"]
    return numbers | {f"within_share/{term}": _percent(share) for term, share in shares.items()}


def set_papers(root: Path, main: str) -> dict[str, bytes]:
    """Compile a paper in every layout.

    Parameters
    ----------
    root, main
        As of ``set_paper``.

    Returns
    -------
    dict
        File name to PDF: ``paper.pdf`` is the manuscript, ``paper_journal.pdf`` the other layout.
    """
    names = {layout: "paper.pdf" if layout == LAYOUTS[0] else f"paper_{layout}.pdf" for layout in LAYOUTS}
    return {name: set_paper(root, main, layout=layout) for layout, name in names.items()}


def set_paper(root: Path, main: str, *, layout: str = LAYOUTS[0]) -> bytes:
    """Compile a Typst file to PDF, with the fonts that come in the package and without a date.

    Parameters
    ----------
    root
        Folder of everything that the paper is set from.
    main
        The file's path below it; it reads the layout from ``sys.inputs``.
    layout
        Of ``LAYOUTS``: one column, or two.

    Raises
    ------
    InputError
        With Typst's own message, if the file does not compile; for an unknown layout.
    """
    import typst

    if layout not in LAYOUTS:
        raise InputError(f"{main}: {unknown('layout', layout, LAYOUTS)}")
    inputs = {"layout": layout}
    try:
        return typst.compile(str(root / main), root=str(root), ignore_system_fonts=True, timestamp=0, sys_inputs=inputs)
    except typst.TypstError as error:
        lines = [line.strip() for line in str(error.diagnostic or error).splitlines()]
        place = next((line.rpartition("/")[2] for line in lines if line.startswith("┌─")), "")
        raise InputError(f"{main}: {lines[0].removeprefix('error: ')}" + (f" ({place})" if place else "")) from None
    except RuntimeError as error:
        raise InputError(f"{main}: {error}") from None


def overfull(root: Path, main: str, *, layout: str = LAYOUTS[0]) -> list[tuple[str, ...]]:
    """List what is too large for its room in a paper that marks it when ``check`` is set.

    Parameters
    ----------
    root, main, layout
        As of ``set_paper``.

    Returns
    -------
    list of tuple
        What it is: a word of a cell, a figure that must shrink, or a float taller than the page; its name; its size and
        that of its room, in points.
    """
    import typst

    inputs = {"layout": layout, "check": "true"}
    path = str(root / main)
    found = typst.query(path, "<overfull>", field="value", root=str(root), ignore_system_fonts=True, sys_inputs=inputs)
    return [tuple(f"{part:.1f}" if isinstance(part, float) else str(part) for part in row) for row in json.loads(found)]


def _alternative_numbers(evaluations: Mapping[str, Evaluation], year: int) -> dict[str, str]:
    """Say how far rankings under the alternatives agree with the main one."""
    ranks = {
        name: one.ranks_in(year)
        for name, one in evaluations.items()
        if year in one.ranks.index.get_level_values("year")
    }
    both = {name: pd.DataFrame({"a": ranks["main"], "b": r}).dropna() for name, r in ranks.items() if name != "main"}
    if not both:
        return {}
    agreement = pd.Series({name: stats.spearmanr(pair["a"], pair["b"]).statistic for name, pair in both.items()})
    wide = pd.DataFrame(ranks).dropna().rank(method="min")
    spread = wide.max(axis=1) - wide.min(axis=1)
    sizes = {f"alternatives/indicators_{name}": str(len(evaluations[name].framework.codes)) for name in both}
    years = {f"alternatives/year_{name}": str(evaluations[name].scores.index.unique("year").max()) for name in both}
    return (
        sizes
        | years
        | {
            "alternatives/count": str(len(both)),
            "alternatives/spearman_low": f"{agreement.min():.2f}",
            "alternatives/spearman_low_name": str(agreement.idxmin()),
            "alternatives/spearman_high": f"{agreement.max():.2f}",
            "alternatives/median_spread": f"{spread.median():.0f}",
            "alternatives/widest": f"{spread.max():.0f}",
            "alternatives/stable": str(int((spread <= 5).sum())),
            "alternatives/economies": str(len(wide)),
        }
        | {f"alternatives/spearman_{name}": f"{value:.2f}" for name, value in agreement.items()}
    )


def _verdict(low: float, high: float) -> str:
    """Say what an interval says about zero."""
    if low > 0:
        return "positive, and its interval excludes zero"
    if high < 0:
        return "negative, and its interval excludes zero"
    return "not distinguishable from zero"


def _finding(low: float, high: float) -> str:
    """Say what an interval makes of the claim that logistics brings trade."""
    if low > 0:
        return "supports the claim"
    return "speaks against the claim" if high < 0 else "leaves the claim open"


def _percent(share: float) -> str:
    """Print a share in per cent."""
    return f"{100 * share:.0f} %"


def _signed(value: float) -> str:
    """Print an estimate with a minus sign, not a hyphen."""
    return f"{value:z.2f}".replace("-", "\u2212")


def _p(value: float) -> str:
    """Print a p-value."""
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def _listed(words: Sequence[str]) -> str:
    """Join words as in a sentence."""
    return f"{', '.join(words[:-1])} and {words[-1]}"
