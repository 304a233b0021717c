"""Numbers and words of the paper's text on the panel evidence; every word turns when its number turns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bri_eval.econometrics.diagnostics.result import p_text
from bri_eval.econometrics.variation import SIZE, minimum_detectable_effect
from bri_eval.report.design_findings import design_findings
from bri_eval.report.evidence_words import counted, ends, rejected, side, signed, span, unit_name
from bri_eval.report.rank_words import listed, percent
from bri_eval.report.regressions import rule_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from bri_eval.econometrics.evidence.checks import Checks
    from bri_eval.econometrics.evidence.doubted import Doubted
    from bri_eval.econometrics.evidence.generated import GeneratedRegressor
    from bri_eval.econometrics.evidence.leave_one_out import LeftOut
    from bri_eval.econometrics.evidence.oster import OsterBounds
    from bri_eval.econometrics.specs import Estimates
    from bri_eval.econometrics.variables import Variable

NULL = side(-1.0, 1.0)

FAINT = 1.0
"""Oster's delta below which selection weaker than that on the controls explains a slope away."""


def evidence_findings(
    checks: Checks, fits: Sequence[Estimates], variables: Mapping[str, Variable], names: pd.Series
) -> dict[str, str]:
    """Give the numbers and words of the text about the checks of the panel evidence.

    Parameters
    ----------
    checks
        From ``carry_out_checks``.
    fits
        The estimates of all declared models.
    variables
        Code to variable, for printed names.
    names
        Economy to printed name.

    Returns
    -------
    dict
        ``doubt/model/...`` for each finding in doubt, ``contrast/...`` for the first two of them, and what
        ``design_findings`` gives.
    """
    numbers: dict[str, str] = {}
    for one in checks.doubted:
        numbers |= {f"doubt/{one.fit.spec.name}/{key}": text for key, text in _doubts(one, names).items()}
    if len(checks.doubted) > 1:
        numbers |= _contrast(checks.doubted[0], checks.doubted[1])
    return numbers | design_findings(checks, fits, variables)


def _contrast(finding: Doubted, beside: Doubted) -> dict[str, str]:
    """Say what two findings, within and between economies, say together, and what the first could have found."""
    within, between = ends(finding.fit, finding.term), ends(beside.fit, beside.term)
    slope = float(beside.fit.params[beside.term])
    least = minimum_detectable_effect(finding.fit, finding.term)
    found = side(*within) != NULL, side(*between) != NULL
    apart = not within[0] <= slope <= within[1]
    return {
        "contrast/words": _CONTRASTS[found],
        "contrast/claim": _CLAIMS[found],
        "contrast/detectable": signed(least),
        "contrast/power": "above" if abs(slope) > least else "below",
        "contrast/apart": "excludes" if apart else "does not exclude",
        "contrast/reading": _reading(*found, powered=apart and abs(slope) > least),
    }


def _reading(within: bool, between: bool, *, powered: bool) -> str:
    """Say what the finding within economies is worth beside the one between them."""
    if within:
        return "The association within economies does not rest on what distinguishes economies for good"
    if not between:
        return "There is no association between economies either that one within them could be held against"
    if powered:
        return (
            "The null is a result: an effect as large as the pooled slope would probably have shown, and is outside "
            "the interval; a smaller one may be there"
        )
    return "The null is no proof of absence: the design could not tell an effect as large as the pooled slope from none"


_CONTRASTS = {
    (False, True): "clear between economies and not distinguishable from zero within them",
    (True, True): "clear both between economies and within them",
    (True, False): "clear within economies and not distinguishable from zero between them",
    (False, False): "not distinguishable from zero, neither between economies nor within them",
}
_CLAIMS = {
    (False, True): (
        "What the evidence supports is a comparison of economies; that an economy which improves its logistics comes "
        "to trade more than others do is not shown"
    ),
    (True, True): "The evidence supports the claim both as a comparison of economies and as a statement about change",
    (
        True,
        False,
    ): "What the evidence supports is a statement about change; the comparison of economies does not show it",
    (
        False,
        False,
    ): "The evidence supports the claim neither as a comparison of economies nor as a statement about change",
}


def _doubts(one: Doubted, names: pd.Series) -> dict[str, str]:
    """Give the numbers of one finding."""
    numbers = _inference(one) | _permuted(one) | _tests(one)
    for by, found in one.left_out.items():
        numbers |= {f"without_{by}/{key}": text for key, text in _left_out(found, names).items()}
    if one.oster is not None:
        numbers |= _oster(one.oster)
    if one.generated is not None:
        numbers |= _generated(one.generated)
    for name, group in one.groups.items():
        clear = group.table[(group.table["lower"] > 0) | (group.table["upper"] < 0)]
        numbers |= {
            f"groups/{name}/p": p_text(group.permutation_pvalue),
            f"groups/{name}/equal": rejected(group.permutation_pvalue),
            f"groups/{name}/low": signed(group.table["slope"].min()),
            f"groups/{name}/high": signed(group.table["slope"].max()),
            f"groups/{name}/highest": str(group.table["slope"].idxmax()),
            f"groups/{name}/clear": counted(len(clear), len(group.table)),
        }
    if one.groups:
        unequal = [name for name, group in one.groups.items() if group.permutation_pvalue < SIZE]
        numbers["groups/unequal"] = counted(len(unequal), len(one.groups))
    for name, split in one.mediations.items():
        low, high = split.table["lower_bc"]["indirect"], split.table["upper_bc"]["indirect"]
        numbers |= {
            f"through/{name}/indirect": signed(split.indirect),
            f"through/{name}/span": span(low, high),
            f"through/{name}/total": signed(split.total),
            f"through/{name}/verdict": side(low, high),
            f"through/{name}/rows": str(split.nobs),
        }
    return numbers


def _inference(one: Doubted) -> dict[str, str]:
    """Say what the rules of inference agree on."""
    table = one.inference
    p = table["pvalue"].dropna()
    refused = [rule_words(str(rule)) for rule in table.index[table["reason"] != ""]]
    rules = table["std_error"].dropna()
    return {
        "rules": str(len(p)),
        "p_low": p_text(float(p.min())),
        "p_high": p_text(float(p.max())),
        "reject": counted(int((p < SIZE).sum()), len(p)),
        "error_low": f"{rules.min():.3f}" if len(rules) else "",
        "error_high": f"{rules.max():.3f}" if len(rules) else "",
        "refused": listed(refused, nobody="nothing"),
        "wild_p": p_text(one.wild.pvalue),
        "wild_span": span(*one.wild.interval),
        "wild_draws": f"{one.wild.draws:,}",
    }


def _permuted(one: Doubted) -> dict[str, str]:
    """Say where the slope stands among those of permuted trajectories."""
    low, high = one.placebo.table["slope"].quantile([0.025, 0.975])
    inside = low <= one.placebo.slope <= high
    return {
        "placebo_p": p_text(one.placebo.pvalue),
        "placebo_span": span(low, high),
        "placebo_draws": f"{one.placebo.draws:,}",
        "placebo_place": "within" if inside else "outside",
        "randomisation_p": "refused" if one.randomisation is None else p_text(one.randomisation.pvalue),
    }


def _tests(one: Doubted) -> dict[str, str]:
    """Give p-value and verdict of every specification test, by its name."""
    numbers: dict[str, str] = {}
    for test in reversed(one.tests):  # of two with one name the first stands
        words = "not reported" if math.isnan(test.pvalue) else p_text(test.pvalue)
        numbers |= {f"test/{test.name}/p": words, f"test/{test.name}/verdict": rejected(test.pvalue)}
    return numbers


def _left_out(found: LeftOut, names: pd.Series) -> dict[str, str]:
    """Say what leaving out one unit at a time does."""
    turned = [unit_name(found, unit, names) for unit in found.sign_changes]
    p = found.table["pvalue"].dropna()
    return {
        "span": span(found.minimum, found.maximum),
        "units": str(len(found.table)),
        "most": unit_name(found, found.most_influential, names),
        "shift": signed(found.shift),
        "sign": f"its sign turns without {listed(turned)}" if turned else "its sign never turns",
        "clear": counted(int((p < SIZE).sum()), len(p)),
    }


def _oster(found: OsterBounds) -> dict[str, str]:
    """Say what selection on unobservables would do."""
    if found.delta < 0:
        words = "only selection that works against the controls could explain it away"
    elif found.delta < FAINT:
        words = "selection weaker than that on the controls would explain it away"
    else:
        words = "selection at least as strong as that on the controls would be needed to explain it away"
    return {
        "oster_delta": signed(found.delta),
        "oster_slope": signed(found.beta_star),
        "oster_short": signed(found.slope_short),
        "oster_words": words,
    }


def _generated(found: GeneratedRegressor) -> dict[str, str]:
    """Say what the uncertainty of the index adds."""
    return {
        "index_mean": signed(found.mean),
        "index_span": span(found.lower, found.upper),
        "index_share": percent(found.index_share),
        "index_error": f"{found.total_error:.3f}",
        "index_known": f"{found.table['std_error']['sampling']:.3f}",
        "index_verdict": side(found.lower, found.upper),
        "index_versions": f"{found.versions:,}",
    }
