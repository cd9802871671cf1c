"""Each problem of a line is said in a sentence that tells what to do."""

import pytest

from orders.payments.statements import problem_in_words

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("column", "code", "facts", "sentence"),
    [
        ("date", "date_missing", {}, "It has no date. Write the day on which the money moved."),
        (
            "amount",
            "not_a_number",
            {"text": "x"},
            "amount: “x” is not a number: write digits with a point before the decimals, like 12.50.",
        ),
        (
            "amount",
            "max_decimal_places",
            {"max": 2},
            "amount: An amount in EUR has at most 2 decimal places.",
        ),
        ("amount", "amount_too_large", {}, "The amount is above 9999999999.99. Correct it."),
    ],
)
def test_a_problem_is_a_sentence(column: str, code: str, facts: dict[str, object], sentence: str) -> None:
    assert problem_in_words(column, code, facts) == sentence
