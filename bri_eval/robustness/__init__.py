"""How far a ranking can be trusted: agreement of methods."""
