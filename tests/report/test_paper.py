"""The numbers of the running text, each from a second count, the verdicts that turn with them, and the setting."""

from __future__ import annotations

import dataclasses
import io
import re

import numpy as np
import pandas as pd
import pypdf
import pytest
import studies

from bri_eval.checks import InputError
from bri_eval.econometrics.specs import Evidence
from bri_eval.report.paper import fit_numbers, index_numbers, set_paper
from bri_eval.report.regressions import leading

MINUS = "\u2212"
MAIN = studies.SHIPPED.parents[1] / "paper" / "main.typ"


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> studies.Run:
    return studies.tiny(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def numbers(run) -> dict[str, str]:
    return dict(run.results.numbers)


@pytest.fixture(scope="module")
def two_way(run):
    return run.results.evidence.fits[1]


def numbers_of(run, fit) -> dict[str, str]:
    """Return the numbers of one model, by the last part of their keys."""
    made = fit_numbers(Evidence(data=run.results.evidence.data, fits=(fit,), tests={}))
    return {key.removeprefix(f"fit/{fit.spec.name}/"): text for key, text in made.items()}


def with_interval(fit, low: float, high: float):
    interval = pd.DataFrame({"lower": low, "upper": high}, index=fit.params.index)
    return dataclasses.replace(fit, conf_int=interval, params=fit.params * 0 + (low + high) / 2)


# the index


def test_the_numbers_of_the_index(run, numbers):
    scores = run.results.evaluations["main"].scores["capability"].xs(2012, level="year").sort_values()
    expected = {
        "year": "2012",
        "ranked": "8",
        "rows": "24",
        "editions": "3",
        "first_year": "2010",
        "last_year": "2014",
        "indicators": "5",
        "left_out": "0",
        "filled": "1",
        "cells": "120",
        "lpi_count": "0",
        "lpi_weight": "0 %",
        "best": "Egypt, Arab Rep., Bosnia & Herzegovina and Albania",
        "worst": "Afghanistan, Armenia and Côte d'Ivoire",
        "best_score": f"{scores.iloc[-1]:.3f}",
        "worst_score": f"{scores.iloc[0]:.3f}",
        "median_score": f"{(scores.iloc[3] + scores.iloc[4]) / 2:.3f}",
        "random_index": "saaty1980",
    }
    assert {key: numbers[f"index/{key}"] for key in expected} == expected


def test_the_weights_of_the_pillars_sum_to_all(run, numbers):
    weights = run.results.evaluations["main"].weights
    assert numbers["index/weight_hardware"] == f"{100 * weights[['speed', 'price']].sum():.0f} %"
    shares = [int(numbers[f"index/weight_{code}"].removesuffix(" %")) for code in ("hardware", "software")]
    assert sum(shares) == pytest.approx(100, abs=1)
    assert numbers["index/top_weight_name"] == weights.idxmax()
    assert numbers["index/top_weight"] == f"{100 * weights.max():.0f} %"


def test_without_judgements_there_is_no_consistency(run):
    evaluations = {"main": run.results.evaluations["equal"]}
    made = index_numbers(evaluations, 2012, pd.Series(studies.NAMES))
    assert not [key for key in made if "consistency" in key or key.startswith("alternatives/")]


def test_the_numbers_of_the_alternatives(run, numbers):
    ranks = pd.DataFrame(
        {name: one.ranks["capability"].xs(2012, level="year") for name, one in run.results.evaluations.items()}
    )
    agreement = ranks.corr()["main"].drop("main")
    spread = ranks.max(axis=1) - ranks.min(axis=1)
    assert numbers["alternatives/count"] == "4"
    assert numbers["alternatives/economies"] == "8"
    assert numbers["alternatives/spearman_low"] == f"{agreement.min():.2f}"
    assert numbers["alternatives/spearman_low_name"] == agreement.idxmin()
    assert numbers["alternatives/spearman_high"] == f"{agreement.max():.2f}"
    assert numbers["alternatives/median_spread"] == f"{spread.median():.0f}"
    assert numbers["alternatives/widest"] == str(spread.max())
    assert numbers["alternatives/stable"] == str((spread <= 5).sum())
    assert all(numbers[f"alternatives/spearman_{name}"] == f"{value:.2f}" for name, value in agreement.items())


def test_an_alternative_without_the_year_does_not_count(run):
    made = index_numbers(run.results.evaluations, 2010, pd.Series(studies.NAMES))
    assert made["alternatives/count"] == "3"
    assert "alternatives/spearman_late" not in made


# the models


def test_the_numbers_of_a_model(run, numbers, two_way):
    term = "capability_net"
    made = numbers_of(run, two_way)
    assert made["estimate"] == f"{two_way.params[term]:.2f}".replace("-", MINUS)
    assert made["lower"] == f"{two_way.conf_int.loc[term, 'lower']:.2f}".replace("-", MINUS)
    assert made["std_error"] == f"{two_way.std_errors[term]:.3f}"
    assert (made["observations"], made["economies"]) == ("24", "8")
    assert float(made["detectable"]) == pytest.approx((2.364624 + 0.896030) * two_way.std_errors[term], abs=0.005)
    assert {f"fit/two-way/{key}" for key in made if "/" not in key} <= set(numbers)


def test_the_within_share_is_that_of_the_regressors_of_interest(run, numbers):
    column = run.results.evidence.data["capability_net"]
    within = column - column.groupby(level="economy").transform("mean")
    share = (within**2).sum() / ((column - column.mean()) ** 2).sum()
    assert numbers["within_share/capability_net"] == f"{100 * share:.0f} %"
    assert {key for key in numbers if key.startswith("within")} == {
        "within_share/capability",
        "within_share/capability_net",
    }


@pytest.mark.parametrize(
    ("low", "high", "verdict", "finding"),
    [
        (0.1, 0.3, "positive, and its interval excludes zero", "supports the claim"),
        (-0.3, -0.1, "negative, and its interval excludes zero", "speaks against the claim"),
        (-0.1, 0.3, "not distinguishable from zero", "leaves the claim open"),
        (-0.3, 0.1, "not distinguishable from zero", "leaves the claim open"),
        (0.0, 0.3, "not distinguishable from zero", "leaves the claim open"),
        (-0.3, 0.0, "not distinguishable from zero", "leaves the claim open"),
        (1e-9, 0.3, "positive, and its interval excludes zero", "supports the claim"),
    ],
)
def test_the_verdict_turns_with_the_sign_of_the_interval(run, two_way, low, high, verdict, finding):
    made = numbers_of(run, with_interval(two_way, low, high))
    assert (made["verdict"], made["finding"]) == (verdict, finding)


def test_negative_numbers_have_a_minus_sign(run, two_way):
    made = numbers_of(run, with_interval(two_way, -0.3, -0.1))
    assert (made["lower"], made["estimate"], made["upper"]) == (f"{MINUS}0.30", f"{MINUS}0.20", f"{MINUS}0.10")
    assert not [text for text in made.values() if re.search("-[0-9]", text)]


def test_a_number_that_rounds_to_zero_has_no_sign(run, two_way):
    made = numbers_of(run, with_interval(two_way, -0.004, 0.002))
    assert (made["lower"], made["estimate"], made["upper"]) == ("0.00", "0.00", "0.00")


@pytest.mark.parametrize(
    ("p", "shown"), [(0.0009, "< 0.001"), (0.001, "= 0.001"), (0.0312, "= 0.031"), (1.0, "= 1.000")]
)
def test_p_values_are_printed_with_their_sign(run, two_way, p, shown):
    changed = dataclasses.replace(two_way, pvalues=two_way.pvalues * 0 + p)
    assert numbers_of(run, changed)["p"] == shown


def test_the_shipped_verdicts_fit_the_shipped_intervals(tmp_path_factory):
    results = studies.shipped(tmp_path_factory.getbasetemp()).results
    for fit in results.evidence.fits:
        term = leading(fit)
        low, high = fit.conf_int.loc[term]
        word = "positive" if low > 0 else "negative" if high < 0 else "not distinguishable"
        assert results.numbers[f"fit/{fit.spec.name}/verdict"].startswith(word)
        assert np.sign(fit.params[term]) == np.sign(low + high)


# the setting


def test_a_source_is_set_to_pdf_without_a_date(tmp_path):
    (tmp_path / "main.typ").write_text('#import "style.typ": x\nSet: #x', encoding="utf-8")
    (tmp_path / "style.typ").write_text("#let x = [well]", encoding="utf-8")
    content = set_paper(tmp_path, "main.typ")
    assert content == set_paper(tmp_path, "main.typ")
    assert "Set: well" in studies.pdf_text(content)
    date = pypdf.PdfReader(io.BytesIO(content)).metadata.creation_date
    assert date is None or date.year == 1970


@pytest.mark.parametrize("source", ["#absent", "@absent", '#include "absent.typ"', '#image("absent.svg")'])
def test_a_source_that_cannot_be_set_is_named_with_the_reason(tmp_path, source):
    (tmp_path / "main.typ").write_text(source, encoding="utf-8")
    with pytest.raises(InputError, match=r"^main.typ: .*(absent|not found)"):
        set_paper(tmp_path, "main.typ")


def test_the_reason_is_one_line(tmp_path):
    (tmp_path / "main.typ").write_text("\n\n#absent", encoding="utf-8")
    with pytest.raises(InputError, match=r"main.typ.*unknown variable: absent") as caught:
        set_paper(tmp_path, "main.typ")
    assert "\n" not in str(caught.value).strip()


def test_a_source_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"main.typ"):
        set_paper(tmp_path, "main.typ")


DECLARED = {"0", "1", "5", "10", "60", "80", "95"}
"""Ends of scales, levels and thresholds that the text explains; years stand beside them."""


@pytest.mark.parametrize("name", ["main.typ", "appendix.typ"])
def test_the_paper_takes_every_number_from_the_run(name):
    """Outside formulae, calls, references, quotations and code the text has years and declared levels alone."""
    text = MAIN.with_name(name).read_text(encoding="utf-8").partition("\n= ")[2]
    call = r"#\w+\((?:[^()]|\([^()]*\))*\)"
    plain = re.sub(rf"\$[^$]*\$|{call}|@[\w-]+|<[\w-]+>|`[^`]*`|\"[^\"]*\"", "", text)
    typed = set(re.findall(r"\b\d[\d.,]*\b", plain))
    assert {number for number in typed if not re.fullmatch(r"20[012]\d", number)} <= DECLARED


@pytest.mark.parametrize("name", ["main.typ", "appendix.typ"])
def test_no_semicolon_is_lost_behind_a_call(name):
    """Typst reads a semicolon behind an expression as the end of the expression and does not print it."""
    text = MAIN.with_name(name).read_text(encoding="utf-8")
    assert re.findall(r"#\w+\([^()]*\);.{0,30}|@[\w-]+;.{0,30}", text) == []
