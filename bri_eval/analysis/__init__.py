"""What a finished index says: tables made from an evaluation, or from plain labelled tables.

`coordination` and `obstacles` read the normalised table; `inequality`, `convergence` and `mobility` the scores; `audit`
and `reliability` the indicators as a set; `profile` one economy; `influence` and `compare` evaluate again under other
choices. Nothing is imported here.
"""
