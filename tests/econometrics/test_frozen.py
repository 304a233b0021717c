"""The mapping of a frozen record."""

import copy
import pickle

import pytest

from bri_eval.econometrics.frozen import Frozen

ENTRIES = {"year": {"min": 2010, "not": [2023]}, "region": ["CIS", "South Asia"], "member": 1}


def test_it_compares_and_hashes_by_value():
    one, other = Frozen(ENTRIES), Frozen(dict(reversed(ENTRIES.items())))
    assert one == other == {"year": {"min": 2010, "not": (2023,)}, "region": ("CIS", "South Asia"), "member": 1}
    assert hash(one) == hash(other)
    assert one != Frozen({**ENTRIES, "member": 0})
    assert len({one, other, Frozen({})}) == 2


def test_it_cannot_be_changed_not_even_through_its_source():
    source = {"region": ["CIS"], "year": {"min": 2010}}
    frozen = Frozen(source)
    source["region"].append("South Asia")
    source["year"]["min"] = 2007
    assert frozen == {"region": ("CIS",), "year": {"min": 2010}}
    with pytest.raises(TypeError, match="does not support item assignment"):
        frozen["region"] = "CIS"
    with pytest.raises(TypeError, match="does not support item assignment"):
        frozen["year"]["min"] = 2007


def test_it_reads_like_a_dictionary_and_travels_to_other_processes():
    frozen = Frozen(ENTRIES)
    assert (list(frozen), len(frozen), frozen.get("lag", 2)) == (["year", "region", "member"], 3, 2)
    assert dict(**frozen)["member"] == 1
    assert repr(Frozen({"lag": 2})) == "{'lag': 2}"
    assert pickle.loads(pickle.dumps(frozen)) == copy.deepcopy(frozen) == frozen
