"""The audit of the indicators: definitions, flags, missing cells, the shipped index against study.md."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.analysis import audit
from bri_eval.analysis.audit import correlations, denominator_correlations, describe, reliability_table
from bri_eval.checks import InputError
from bri_eval.files import read_numbers

LPI = ["lpi_tracking", "lpi_infrastructure", "lpi_customs", "lpi_timeliness", "lpi_competence", "lpi_shipments"]


@pytest.fixture
def gappy(small_panel) -> pd.DataFrame:
    """Return the small panel with three cells missing in two rows."""
    panel = small_panel.copy()
    panel.loc[("AFG", 2016), "w"] = panel.loc[("ALB", 2018), ["w", "y"]] = np.nan
    return panel


@pytest.fixture
def audited(gappy, tree) -> be.Evaluation:
    return be.evaluate(gappy, tree)


def test_describe_by_definition(audited, gappy):
    found = describe(audited)
    x = gappy["w"].dropna()
    n, d = len(x), x - x.mean()
    m2, m3, m4 = ((d**k).mean() for k in (2, 3, 4))
    skewness = np.sqrt(n * (n - 1)) / (n - 2) * m3 / m2**1.5
    kurtosis = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (m4 / m2**2 - 3) + 6)
    row = found.loc["w"]
    assert (row["n"], row["availability"]) == (8, 0.8)
    assert row[["mean", "sd", "min", "max"]].tolist() == pytest.approx([x.mean(), x.std(), x.min(), x.max()], abs=1e-14)
    assert row[["skewness", "kurtosis"]].tolist() == pytest.approx([skewness, kurtosis], abs=1e-12)
    assert found.index.tolist() == list("wxyz")


def test_describe_flags(small_panel, tree):
    panel = small_panel.assign(x=[1.0] * 9 + [100.0])
    panel.loc[panel.index[:5], "y"] = np.nan
    found = describe(be.evaluate(panel, tree))
    assert found["flag"].to_dict() == {"w": "", "x": "outliers", "y": "availability", "z": ""}
    evaluation = be.evaluate(small_panel, tree)
    constant = replace(evaluation, panel=small_panel.assign(w=1.0, x=np.nan))
    assert describe(constant)["flag"].tolist()[:2] == ["constant", "availability, constant"]
    assert describe(constant).loc["x", ["mean", "sd", "skewness", "kurtosis"]].isna().all()


def test_describe_the_treated_table_without_filled_cells(audited, gappy):
    assert describe(audited, "treated")["n"].tolist() == gappy.notna().sum().tolist() == [8, 10, 9, 10]
    with pytest.raises(InputError, match="unknown table 'treat'; known are 'panel', 'treated'; did you mean 'treated'"):
        describe(audited, "treat")


@pytest.mark.parametrize(("missing", "n"), [("listwise", 8), ("pairwise", 9)])
def test_correlations_align_directions_and_count_rows(missing, n, audited, gappy):
    found = correlations(audited, missing=missing).set_index(["first", "second"])
    assert len(found) == 6
    rows = gappy.dropna() if missing == "listwise" else gappy
    assert found.loc[("x", "y"), "r"] == pytest.approx(-rows["x"].corr(rows["y"]), abs=1e-12)  # y is a cost
    assert found.loc[("x", "y"), "n"] == n
    assert found["relation"].to_dict() == {
        ("w", "x"): "within",
        ("w", "y"): "across",
        ("w", "z"): "across",
        ("x", "y"): "across",
        ("x", "z"): "across",
        ("y", "z"): "within",
    }


def test_correlation_flags(tree, small_panel):
    w = np.linspace(1, 9, 10)
    z = np.array([3.0, -3, 1, -1, 2, -2, 1, -1, 3, -3])
    panel = small_panel.assign(w=w, x=w + 0.01 * z, y=w, z=z - z @ (w - w.mean()) / ((w - w.mean()) ** 2).sum() * w)
    found = correlations(be.evaluate(panel, tree)).set_index(["first", "second"])["flag"]
    assert found[("w", "x")] == "redundant"
    assert found[("w", "y")] == "redundant, negative"
    assert found[("y", "z")].startswith("weak")


def test_correlations_between_pillars(audited):
    found = correlations(audited, "pillar")
    scores = audited.scores[(audited.filled == "").all(axis=1)]
    assert found[["first", "second", "relation", "n"]].iloc[0].tolist() == ["a", "b", "across", 8]
    assert found["r"].item() == pytest.approx(scores["a"].corr(scores["b"]), abs=1e-12)
    pairwise = correlations(audited, "pillar", missing="pairwise")
    assert pairwise["n"].item() == 8


def test_a_flat_table_is_one_pillar():
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(9, 3)), columns=list("abc"))
    evaluation = be.evaluate_matrix(frame, dict.fromkeys("abc", "benefit"))
    assert correlations(evaluation)["relation"].eq("within").all()
    assert reliability_table(evaluation).index.tolist() == ["score"]
    assert correlations(evaluation, "pillar").empty
    by_year = be.evaluate_matrix(frame, dict.fromkeys("abc", "benefit"), be.Recipe(scope="by_year"))
    assert correlations(by_year, "pillar").empty  # there are no years to compare


def test_reliability_by_node(audited, gappy):
    found = reliability_table(audited)
    assert found.index.tolist() == ["goal", "a", "b"]
    assert found["indicators"].tolist() == [4, 2, 2]
    assert found["n"].tolist() == [8, 8, 9]
    aligned = gappy.assign(y=-gappy["y"])
    whole, pair = aligned.dropna(), aligned[["y", "z"]].dropna()
    assert found.loc["goal", "alpha"] == pytest.approx(audit.cronbach(whole), abs=1e-14)
    assert found.loc["goal", "kmo"] == pytest.approx(audit.kmo(whole).overall, abs=1e-12)
    assert found.loc["goal", "bartlett"] == pytest.approx(audit.bartlett(whole).pvalue, rel=1e-9)
    r = pair["y"].corr(pair["z"])
    assert found.loc["b", ["mean_r", "kmo", "first_component"]].tolist() == pytest.approx([r, 0.5, (1 + abs(r)) / 2])


def test_reliability_of_a_single_indicator_and_of_too_few_rows(tree, small_panel):
    found = reliability_table(be.evaluate(small_panel, tree, be.Recipe(exclude=("w",))))
    assert found.loc["a", ["mean_r", "alpha", "kmo", "bartlett", "first_component"]].isna().all()
    assert found.loc["b"].notna().all()
    few = reliability_table(be.evaluate(small_panel[:4], tree)).loc["goal"]
    assert few[["kmo", "bartlett"]].isna().all()
    assert few[["alpha", "first_component"]].notna().all()


def test_denominators_by_economy_and_by_year(audited, gappy):
    size = pd.DataFrame({"area": [1.0, 5.0, 2.0, 9.0, 4.0]}, index=["AFG", "ALB", "ARE", "ARM", "AZE"])
    found = denominator_correlations(audited, size).set_index("indicator")
    spread = pd.Series(np.repeat(size["area"].to_numpy(), 2), index=gappy.index)
    for code in gappy:
        assert found.loc[code, "r"] == pytest.approx(gappy[code].corr(spread), abs=1e-12)
    assert found["n"].tolist() == [8, 10, 9, 10]
    assert (found["flag"] == "size").equals(found["r"].abs() > 0.5)
    both = denominator_correlations(audited, spread.to_frame("area").assign(own=2 * gappy["x"] + 1, none=1.0))
    both = both.set_index(["denominator", "indicator"])
    assert both.loc["area", "r"].tolist() == pytest.approx(found["r"].tolist(), abs=1e-12)
    assert both.loc[("own", "x"), ["r", "flag"]].tolist() == [pytest.approx(1), "size"]
    assert both.loc["none", "r"].isna().all()
    assert both.loc["none", "flag"].eq("").all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda e: correlations(e, "group"), "unknown level 'group'; known are 'indicator', 'pillar'"),
        (
            lambda e: denominator_correlations(e, pd.DataFrame({"area": [1.0]}, ["Albania"])),
            "denominators have no row of",
        ),
        (lambda e: correlations(e, missing="pair"), "unknown missing 'pair'; .* did you mean 'pairwise'"),
    ],
)
def test_what_is_refused(call, message, audited):
    with pytest.raises(InputError, match=message):
        call(audited)


def test_pillar_scores_by_year_are_refused(small_panel, tree):
    evaluation = be.evaluate(small_panel, tree, be.Recipe(scope="by_year"))
    with pytest.raises(InputError, match="scores by year do not compare over years"):
        correlations(evaluation, "pillar")
    assert len(correlations(evaluation)) == 6


def test_order_does_not_matter(gappy, tree, audited):
    other = be.evaluate(gappy.sample(frac=1, random_state=0), tree)
    pd.testing.assert_frame_equal(correlations(other), correlations(audited), rtol=1e-12)
    pd.testing.assert_frame_equal(describe(other), describe(audited), rtol=1e-12)


def test_the_six_lpi_parts_move_together(evaluation):
    """study.md, 2.5 rule 9: .77-.91, mean .85, in list65: that is all seven editions pooled, 420 rows."""
    found = correlations(evaluation, missing="pairwise")
    parts = found[found["first"].isin(LPI) & found["second"].isin(LPI)]
    assert len(parts) == 15
    assert (parts["n"] == 420).all()
    assert parts["r"].agg(["min", "max", "mean"]).tolist() == pytest.approx([0.77, 0.91, 0.85], abs=0.005)
    assert (parts["flag"] == "").all()


def test_no_single_edition_gives_the_lpi_correlations_of_the_study(panel):
    for _, rows in panel[LPI].dropna().groupby(level="year"):
        r = rows.corr().to_numpy()[np.triu_indices(6, 1)]
        assert np.round([r.min(), r.max(), r.mean()], 2).tolist() != [0.77, 0.91, 0.85]


def test_the_shipped_index(evaluation, data):
    table = describe(evaluation)
    assert table.loc[LPI, "n"].eq(420).all()  # study.md, 2.3: rows 420
    assert table.loc[["political_stability", "regulatory_quality", "rule_of_law"], "availability"].eq(1).all()
    assert table.loc["liner_connectivity", "flag"] == "outliers"
    assert describe(evaluation, "treated")["flag"].eq("").all()  # after log1p and the cap
    found = reliability_table(evaluation)
    assert found.loc["capability", "n"] == 389  # study.md, 2.3: complete rows over seven editions
    assert found.loc["capability", "alpha"] > 0.9
    assert found.index.tolist() == ["capability", *evaluation.framework.pillars]
    area = np.log(read_numbers(data / "raw", "economies.csv:area_km2").to_frame("area"))
    assert set(denominator_correlations(evaluation, area)["flag"]) <= {"", "size"}
