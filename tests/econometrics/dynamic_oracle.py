"""Dynamic panel GMM a second time, dumb: one equation after the other, formulas as printed, loops over economies.

Conventions: Arellano and Bond (1991), Blundell and Bond (1998), Windmeijer (2005), Roodman (2009).
"""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from bri_eval.econometrics.specs import ModelSpec


def dynamic_data(seed: int = 1, *, economies: int = 40, waves: int = 7, slope: float = 0.5) -> pd.DataFrame:
    """y_it = slope y_i,t-1 + x_it - w_it + year + economy + v_it; x answers to the last shock, w to none.

    Unbalanced: rows missing at random, E001 without its middle wave, E002 seen once, w constant in E003.
    """
    rng = np.random.default_rng(seed)
    burn = 30
    effect, year = rng.normal(size=economies), rng.normal(size=burn + waves)
    y, x = effect / (1 - slope), np.zeros(economies)
    shock = np.zeros(economies)
    rows = []
    for t in range(burn + waves):
        x = 0.5 * x + 0.6 * shock + 0.3 * effect + rng.normal(size=economies)
        w = rng.normal(size=economies)
        w[3] = 1.0
        shock = rng.normal(size=economies) * (0.5 + np.abs(effect))
        y = slope * y + x - w + effect + year[t] + shock
        if t >= burn:
            rows += [(f"E{i:03d}", 2000 + t - burn, y[i], x[i], w[i]) for i in range(economies)]
    data = pd.DataFrame(rows, columns=["economy", "year", "y", "x", "w"]).set_index(["economy", "year"])
    lost = rng.random(len(data)) < 0.08
    lost |= data.index.isin([("E001", 2000 + waves // 2)])
    lost |= data.index.isin([("E002", 2000 + t) for t in range(1, waves)])
    return data[~lost].sample(frac=1, random_state=seed)


def dynamic_model(effects: tuple[str, ...] = ("economy", "year"), **options: object) -> ModelSpec:
    return ModelSpec(name="m", outcome="y", regressors=("x", "w"), effects=effects, estimator="gmm", options=options)


def brute_force(  # noqa: C901 (one loop, to be read beside the formulas)
    data: pd.DataFrame,
    *,
    gmm: tuple[str, ...] = (),
    outcome_lags: int = 1,
    window: tuple[int, int] = (2, 4),
    collapse: bool = True,
    years: bool = True,
    system: bool = False,
) -> SimpleNamespace:
    """Both steps of y on its lags, x and w; x and w are their own instruments unless in `gmm`."""
    waves = sorted(data.index.unique("year"))
    cells = {key: dict(row) for key, row in data.iterrows()}

    def value(name, i, t):
        return cells.get((i, waves[t]), {}).get(name) if 0 <= t < len(waves) else None

    def regressors(i, t):
        found = [value("y", i, t - lag) for lag in range(1, outcome_lags + 1)]
        return [*found, value("x", i, t), value("w", i, t)]

    def usable(i, t):
        return value("y", i, t) is not None and None not in regressors(i, t)

    names = sorted(data.index.unique("economy"))
    rows = []
    for i in names:
        for t in range(len(waves)):
            if usable(i, t) and usable(i, t - 1):
                rows.append((i, t, "difference"))
        for t in range(len(waves)):
            if system and usable(i, t):
                rows.append((i, t, "level"))
    first_level = min((t for _, t, kind in rows if kind == "level"), default=None)
    level_years = sorted({t for _, t, kind in rows if kind == "level"} - {first_level})
    change_years = sorted({t for _, t, kind in rows if kind == "difference"})
    y, x, z = [], [], []
    for i, t, kind in rows:
        now, instruments = np.array(regressors(i, t)), {}
        if kind == "difference":
            now = now - np.array(regressors(i, t - 1))
            y.append(value("y", i, t) - value("y", i, t - 1))
            for name in ("y", *gmm):
                for lag in range(window[0], min(window[1], len(waves)) + 1):
                    instruments[name, lag, None if collapse else t] = value(name, i, t - lag) or 0.0
            dummies = (
                [(t == s) - (t - 1 == s) for s in level_years] if system else [float(t == s) for s in change_years]
            )
        else:
            y.append(value("y", i, t))
            for name in ("y", *gmm):
                one, other = value(name, i, t - window[0] + 1), value(name, i, t - window[0])
                change = 0.0 if one is None or other is None else one - other
                instruments[name, "change", None if collapse else t] = change
            dummies = [float(t == s) for s in level_years]
        dummies = [*(dummies if years else []), *([float(kind == "level")] if system else [])]
        for number, name in enumerate(("x", "w")):
            if name not in gmm:
                instruments[name] = now[outcome_lags + number]
        for number, dummy in enumerate(dummies):
            instruments["dummy", number] = dummy
        x.append([*now, *dummies])
        z.append(instruments)
    keys = list(dict.fromkeys(key for row in z for key in row))
    z = np.array([[row.get(key, 0.0) for key in keys] for row in z])
    return solved(np.array(y), np.array(x, dtype=float), z[:, np.abs(z).max(axis=0) > 0], rows)


def covariance_of_errors(rows) -> np.ndarray:
    """H_i: covariance of the errors of the equations of one economy if v is iid with variance 1."""
    h = np.zeros((len(rows), len(rows)))
    for a, (_, s, one) in enumerate(rows):
        for b, (_, t, other) in enumerate(rows):
            if one == other == "difference":
                h[a, b] = {0: 2.0, 1: -1.0}.get(abs(s - t), 0.0)
            elif one == other == "level":
                h[a, b] = float(s == t)
            else:
                change, level = (s, t) if one == "difference" else (t, s)
                h[a, b] = float(change == level) - float(change - 1 == level)
    return h


def solved(y, x, z, rows) -> SimpleNamespace:
    economies = list(dict.fromkeys(i for i, _, _ in rows))
    at = {i: [number for number, row in enumerate(rows) if row[0] == i] for i in economies}
    inv = np.linalg.inv

    def step(w):
        a = inv(x.T @ z @ w @ z.T @ x)
        b = a @ x.T @ z @ w @ z.T @ y
        return b, y - x @ b, a

    w1 = inv(sum(z[r].T @ covariance_of_errors([rows[k] for k in r]) @ z[r] for r in at.values()))
    b1, e1, a1 = step(w1)
    moments = sum(z[r].T @ np.outer(e1[r], e1[r]) @ z[r] for r in at.values())
    v1 = a1 @ x.T @ z @ w1 @ moments @ w1 @ z.T @ x @ a1
    w2 = inv(moments)
    b2, e2, a2 = step(w2)
    d = np.zeros((len(b1), len(b1)))
    for k in range(len(b1)):
        change = -sum(z[r].T @ (np.outer(x[r, k], e1[r]) + np.outer(e1[r], x[r, k])) @ z[r] for r in at.values())
        d[:, k] = -a2 @ x.T @ z @ w2 @ change @ w2 @ z.T @ e2
    corrected = a2 + d @ a2 + a2 @ d.T + d @ v1 @ d.T
    found = SimpleNamespace(
        slopes=(b1, b2), robust=v1, corrected=corrected, instruments=z.shape[1], n=len(rows), economies=economies
    )
    found.hansen = e2 @ z @ w2 @ z.T @ e2
    found.sargan = e1 @ z @ w1 @ z.T @ e1 / (e1 @ e1 / (2 * (len(e1) - len(b1))))
    found.serial = tuple(serial(x, z, e2, a2 @ x.T @ z @ w2, corrected, rows, at, order) for order in (1, 2))
    return found


def serial(x, z, e, mapped, covariance, rows, at, order) -> float:
    """m_j of Arellano and Bond (1991), eq. 8, with the covariance of the slopes given."""
    residual = {(i, t): e[k] for k, (i, t, kind) in enumerate(rows) if kind == "difference"}
    top, squares, wx, zew = 0.0, 0.0, np.zeros(x.shape[1]), np.zeros(z.shape[1])
    for r in at.values():
        w = np.array(
            [residual.get((rows[k][0], rows[k][1] - order), 0.0) if rows[k][2] == "difference" else 0.0 for k in r]
        )
        top += w @ e[r]
        squares += (w @ e[r]) ** 2
        wx += w @ x[r]
        zew += z[r].T @ e[r] * (e[r] @ w)
    return top / np.sqrt(squares - 2 * wx @ mapped @ zew + wx @ covariance @ wx)
