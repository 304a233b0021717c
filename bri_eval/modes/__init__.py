"""Which logistics mode for which partner and goods: the catalogue, its rules, the choice, and what would change it."""
