"""Counts of replicates against leaving out rows one by one."""

import numpy as np
import pytest

from bri_eval.econometrics.counts import counts, free_rows


def by_hand(cells, effects):
    """Leave out rows alone in their year or economy, then take the rank of dummies; copies are rows of `cells`."""
    cells = cells.copy()
    while True:
        alone = np.zeros_like(cells)
        if "year" in effects:
            alone |= cells & (cells.sum(axis=0) == 1)
        if "economy" in effects:
            alone |= cells & (cells.sum(axis=1, keepdims=True) == 1)
        if not alone.any():
            break
        cells &= ~alone
    economies, years = np.nonzero(cells)
    own = np.eye(len(cells))[economies] if "economy" in effects else np.ones((len(years), 1))
    dummies = np.hstack([own, np.eye(cells.shape[1])[years]]) if "year" in effects else own
    nested = np.linalg.matrix_rank(own) if "economy" in effects else 0
    rank = np.linalg.matrix_rank(dummies) - nested if len(years) else 0
    return len(years), len(set(economies)), rank


@pytest.mark.parametrize("effects", [("year",), ("economy", "year")], ids="-".join)
def test_rows_alone_do_not_count(effects):
    """Also where leaving one out leaves another alone, and where the rest falls into parts."""
    rng = np.random.default_rng(0)
    changed = 0
    for _ in range(40):
        seen = rng.random((7, 5)) < 0.4
        seen = seen[seen.sum(axis=1) > 1]
        draws = rng.integers(0, 3, (6, len(seen)))
        found = counts(seen, draws, np.full(6, np.nan), effects)
        for place, draw in enumerate(draws):
            expected = by_hand(np.repeat(seen, draw, axis=0), effects)
            if (draw @ seen == 1).any():
                changed += 1
                assert tuple(column[place] for column in found) == expected
            else:
                assert (found[0][place], found[1][place]) == expected[:2]
    assert changed > 20


def test_without_rows_alone_the_nuisance_is_as_found():
    seen = np.ones((4, 3), dtype=bool)
    nobs, clusters, nuisance = counts(seen, np.array([[1, 0, 2, 1]]), np.array([2]), ("economy", "year"))
    assert (nobs[0], clusters[0], nuisance[0]) == (12, 4, 2)


def test_one_way_models_have_no_rows_alone_in_a_year():
    seen = np.array([[1, 1, 0], [1, 1, 1]], dtype=bool)
    assert counts(seen, np.array([[1, 1]]), np.array([0]), ("economy",))[0][0] == 5


def test_free_rows():
    seen = np.array([[1, 1, 0], [1, 1, 1]], dtype=bool)
    drawn = np.array([[True, True], [True, False]])
    assert free_rows(seen, drawn, np.array([1, 1]), ("economy",)).tolist() == [2, 0]
    assert free_rows(seen, drawn, np.array([1, 1]), ()).tolist() == [4, 1]
