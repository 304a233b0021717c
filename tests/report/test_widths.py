"""How columns share a page: room for the longest word, the rest by mean length, and what needs no shares."""

import pytest

from bri_eval.report.widths import LONG, PAGE, WORDY, column_shares, is_long

SENTENCE = "three words each " * 10


def test_short_columns_take_what_they_need():
    assert column_shares([["Row", "Value"], ["x" * WORDY, "1" * WORDY]]) == []


@pytest.mark.parametrize(("first", "wordy"), [(2 * WORDY, False), (2 * WORDY + 1, True)])
def test_one_cell_of_more_than_two_lines_makes_a_table_wordy(first, wordy):
    assert bool(column_shares([["Row", "Value"], ["x " * (first // 2) + "x" * (first % 2), "1"]])) == wordy


def test_many_columns_that_do_not_fit_beside_each_other_share_the_page():
    half = "a word " * 7
    assert column_shares([["Row", "Value"], [half, half]]) == []
    assert column_shares([["Row", *"ABC"], [half] * 4]) != []


def test_a_share_is_the_longest_word_and_a_part_of_the_rest_by_mean_length():
    cells = [["Id", "Long", "Short"], ["C1", "ab " * 100, "abcdef " * 6]]
    first, second, third = column_shares(cells)
    assert first == 0
    rest = PAGE - 2 - 4 - 6 - 6
    means = (4 + 300) / 2, (5 + 42) / 2
    assert second == round(4 + rest * means[0] / sum(means))
    assert third == round(6 + rest * means[1] / sum(means))


def test_the_longest_word_always_has_room():
    word = "import_time_documents_hours_and_more"
    shares = column_shares([["Name", "Said", "More"], [f"a: {word}", SENTENCE * 3, SENTENCE * 9]])
    assert shares[0] >= len(word)


def test_headers_alone_share_nothing_and_everything_is_counted_without_rows():
    assert column_shares([["Row", "Value"]]) == []
    assert not is_long([["Row", "Value"]])


def test_a_long_cell_counts_as_its_lines():
    assert not is_long([["Row"], *[["x" * WORDY]] * LONG])
    assert is_long([["Row"], *[["x" * 2 * WORDY]] * (LONG // 2 + 1)])
