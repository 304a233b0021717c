"""Tables that gather many models or checks."""

import pytest
from evidence_made import NAMES, VARIABLES, made

from bri_eval.econometrics.variation import minimum_detectable_effect
from bri_eval.report import evidence_tables
from bri_eval.report.exhibits import WRITERS


@pytest.fixture(scope="module")
def study():
    return made()


@pytest.fixture(scope="module")
def exhibits(study):
    return {one.code: one for one in evidence_tables.check_exhibits(study.checks, study.fits, VARIABLES, NAMES)}


def test_every_declared_check_has_its_table(exhibits):
    assert list(exhibits) == [
        "doubts",
        "between_within",
        "inference",
        "permutation",
        "leave_one_out",
        "heterogeneity",
        "mediation",
        "oster",
        "generated_regressor",
        "signs",
        "instrument_tests",
        "threshold_tests",
        "marginal_effects",
        "curve",
        "curve_choices",
        "curve_models",
    ]


def test_every_table_is_written_in_every_kind(exhibits):
    for exhibit in exhibits.values():
        assert set(exhibit.formats) | set(exhibit.hidden) <= set(exhibit.table.columns)
        for write in WRITERS.values():
            assert write(exhibit)


def test_pairs_are_models_of_one_stem_without_lags_and_products(study):
    assert list(evidence_tables.model_pairs(study.fits)) == ["trade", "online"]


def test_a_pair_is_the_same_comparison_twice(study, exhibits):
    table = exhibits["between_within"].table.set_index("models")
    pooled, within = study.by_name["online, pooled"], study.by_name["online, two-way"]
    row = table.loc["online"]
    assert (row["pooled"], row["pooled_error"]) == (pooled.params["x"], pooled.std_errors["x"])
    assert (row["within"], row["within_error"]) == (within.params["x"], within.std_errors["x"])
    assert (row["lower"], row["upper"]) == tuple(within.conf_int.loc["x"])
    assert row["detectable"] == minimum_detectable_effect(within, "x")
    assert (row["observations"], row["economies"]) == (120, 24)
    assert (row["outcome"], row["regressor"]) == ("Online", "X")


def test_the_proxy_of_every_outcome_is_said(exhibits):
    notes = " ".join(exhibits["between_within"].notes)
    assert notes.count("Outcome ln trade: goods, a proxy.") == 1
    assert notes.count("Outcome Online: a share, a proxy.") == 1
    assert "Index scores and Size are in pooled standard deviations." in notes


def test_doubts_tell_each_check_of_each_finding(study, exhibits):
    table = exhibits["doubts"].table.set_index("check")
    finding = study.checks.doubted[0]
    assert list(table.columns) == ["trade, two-way", "trade, pooled"]
    column = table["trade, two-way"]
    left = finding.left_out["economy"]
    assert column["Estimate"] == "1.02 (0.91 to 1.12)"
    assert column["Wild cluster bootstrap"].startswith(f"p = {finding.wild.pvalue:.3f} (0.8")
    assert column["Without one economy"] == f"{left.minimum:.2f} to {left.maximum:.2f}; most by {left.most_influential}"
    assert column["Oster: delta, slope at 1"] == f"{finding.oster.delta:.2f}; {finding.oster.beta_star:.2f}"
    assert column["Index uncertain"].endswith(f"; {100 * finding.generated.index_share:.0f} %")
    assert column["Equal slopes by access"] == f"p = {finding.groups['access'].permutation_pvalue:.3f}"
    assert column["Through Income"].endswith(f"of {finding.mediations['m'].total:.2f}")


def test_a_sign_that_turns_is_told():
    """Without an effect some unit turns the sign."""
    study = made(0.0)
    column = evidence_tables.doubts(study.checks.doubted, VARIABLES, NAMES).table.set_index("check")["trade, two-way"]
    turned = study.checks.doubted[0].left_out["economy"].sign_changes
    told = column["Without one economy"]
    assert turned
    assert told.partition("sign turns without ")[2].split(", ") == [str(NAMES.get(unit, unit)) for unit in turned]
