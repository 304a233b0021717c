"""Newest values of the declared World Bank series against the committed tables: shown first, written only on demand."""
