"""A mapping that can stand in a frozen record: it cannot be changed, it compares by value, and it can be hashed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


class Frozen(Mapping[str, object]):
    """A mapping of names to values that stays as it is; lists within it become tuples, mappings become `Frozen`.

    Parameters
    ----------
    entries
        Names and plain values, as from TOML.

    Examples
    --------
    >>> sample = Frozen({"year": {"min": 2010}, "region": ["CIS", "South Asia"]})
    >>> sample["region"], sample["year"]["min"]
    (('CIS', 'South Asia'), 2010)
    >>> sample == {"region": ("CIS", "South Asia"), "year": {"min": 2010}}
    True
    """

    __slots__ = ("_entries",)

    def __init__(self, entries: Mapping[str, object]) -> None:
        """Copy the entries, so that later changes of the argument do not reach the record."""
        self._entries = {name: _settled(value) for name, value in entries.items()}

    def __getitem__(self, name: str) -> object:
        """Return one value."""
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names in the order given."""
        return iter(self._entries)

    def __len__(self) -> int:
        """Count the names."""
        return len(self._entries)

    def __hash__(self) -> int:
        """Hash by value; the order of names does not matter, as it does not for equality."""
        return hash(frozenset(self._entries.items()))

    def __repr__(self) -> str:
        """Write as the dictionary that it came from."""
        return repr(self._entries)


def _settled(value: object) -> object:
    """Return a value that can be hashed, if its parts can."""
    if isinstance(value, Mapping):
        return Frozen(value)
    return tuple(_settled(part) for part in value) if isinstance(value, (list, tuple)) else value
