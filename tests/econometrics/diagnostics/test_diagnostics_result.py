"""How a test is put together."""

import numpy as np
import pytest
from scipy import stats

from bri_eval.econometrics.diagnostics.result import chi2_or_f, normal, p_text, put_together, undefined


def test_chi2_and_f_take_the_upper_tail():
    assert chi2_or_f("T", 3.0, 2, "all is well").pvalue == pytest.approx(stats.chi2.sf(3, 2))
    result = chi2_or_f("T", 3.0, (2, 30), "all is well", "But mind.", "")
    assert result.pvalue == pytest.approx(stats.f.sf(3, 2, 30))
    assert result.sentence == "T: F(2, 30) = 3, p = 0.065; that all is well is not rejected at 5 %. But mind."


@pytest.mark.parametrize(("tail", "expected"), [("both", 0.0455), ("upper", 0.97725), ("lower", 0.02275)])
def test_normal_takes_the_tail_that_is_asked_for(tail, expected):
    result = normal("T", -2.0, tail, "all is well")
    assert result.pvalue == pytest.approx(expected, abs=1e-5)
    assert result.df == ()
    assert ("is rejected" in result.sentence) == (expected < 0.05)


def test_others():
    result = put_together("T", ("t(9)", 1.5, 0.0004), 9, "all is well")
    assert result.sentence == "T: t(9) = 1.5, p < 0.001; that all is well is rejected at 5 %."
    none = undefined("T", (), "all is well", "Not today.")
    assert np.isnan([none.statistic, none.pvalue]).all()
    assert none.sentence == "Not today."
    assert (p_text(0.00099), p_text(0.001)) == ("p < 0.001", "p = 0.001")
