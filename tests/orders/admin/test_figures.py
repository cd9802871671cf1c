"""Numbers beside what they were in the period before."""

import pytest

from orders.admin.figures import Difference, change_of


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [
        (12, 10, Difference("+20 %", "good")),
        (5, 10, Difference("−50 %", "bad")),
        (10, 10, Difference("0 %")),
        (99, 10, Difference("+890 %", "good")),
        (3_419, 10, Difference("×342", "good")),
        (5, 0, Difference()),
    ],
)
def test_a_change_is_told_in_per_cent_and_a_manifold_as_a_factor(
    now: int, before: int, told: Difference
) -> None:
    assert change_of(now, before) == told
