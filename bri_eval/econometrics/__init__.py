"""Panel regressions: declared models in, estimates and tests out; the only door to linearmodels and statsmodels.

`specs` says what a model is and what comes back, `estimate` runs it, `diagnostics` tests it. Nothing heavy is imported
here, and the engines are imported inside the functions that call them.
"""
