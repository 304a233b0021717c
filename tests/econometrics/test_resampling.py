"""The bootstrap of whole economies against the kernel draw by draw."""

import numpy as np
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.kernel import design, fit, moments
from bri_eval.econometrics.resampling import cluster_bootstrap

TW = ("within", "economy", "year")


def test_percentiles_over_whole_economies(unbalanced, declare):
    """The slopes of the sample: plm(f, U, model="within", effect="twoways")."""
    expected = 0.1210994553, 0.2717183455
    sums = moments(design(declare(*TW), unbalanced))
    found = cluster_bootstrap(sums, draws=700, size=0.1, seed=4)
    counts = np.random.default_rng(4).multinomial(10, np.full(10, 0.1), size=700)
    np.testing.assert_allclose(found.slopes, fit(sums, counts).slopes, rtol=1e-12)
    for place, name in enumerate(["value", "capital"]):
        row, drawn = found.table.loc[name], found.slopes[:, place]
        assert row["slope"] == pytest.approx(expected[place], rel=1e-8)
        np.testing.assert_allclose(row[["lower", "upper"]].to_list(), np.quantile(drawn, [0.05, 0.95]))
        assert row["std_error"] == pytest.approx(np.std(drawn, ddof=1))
    assert (found.singular, found.seed, found.size) == (0, 4, 0.1)


def test_draws_that_do_not_identify_the_slopes_are_left_out_and_counted(grunfeld, declare):
    """A regressor that moves in one of ten economies: 0.9^10, 35 %, of draws miss it, of two such 59 %."""
    economies = grunfeld.index.get_level_values("economy")
    data = grunfeld.assign(value=grunfeld["value"].where(economies == "F01", 1.0))
    found = cluster_bootstrap(moments(design(declare("within", "economy"), data)), draws=2000, seed=0)
    assert found.singular == np.isnan(found.slopes[:, 0]).sum()
    assert found.singular / 2000 == pytest.approx(0.9**10, abs=0.04)
    assert np.isfinite(found.table.to_numpy()).all()
    both = data.assign(capital=grunfeld["capital"].where(economies == "F02", 1.0))
    with pytest.raises(InputError, match=r"cluster bootstrap: \d+ of 500 draws do not identify the slopes"):
        cluster_bootstrap(moments(design(declare("within", "economy"), both)), draws=500, seed=0)


def test_numbers_are_checked(grunfeld, declare):
    sums = moments(design(declare(*TW), grunfeld))
    with pytest.raises(InputError, match="cluster bootstrap: draws is 10; expected a whole number of at least 99"):
        cluster_bootstrap(sums, draws=10, seed=0)
    with pytest.raises(InputError, match="cluster bootstrap: seed is -1; expected a whole number of at least 0"):
        cluster_bootstrap(sums, seed=-1)
    with pytest.raises(InputError, match="size is 1; expected a probability"):
        cluster_bootstrap(sums, size=1, seed=0)
