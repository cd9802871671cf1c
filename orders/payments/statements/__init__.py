"""Statements of banks and providers: files of many shapes, read as lines of money that moved.

Nothing here knows the shop's orders: a line says when which amount came in or went out, and what stood
with it.
"""

from orders.payments.statements.lines import LineProblem, StatementLine
from orders.payments.statements.problems import problem_in_words
from orders.payments.statements.reading import BankStatement, read_statement

__all__ = ["BankStatement", "LineProblem", "StatementLine", "problem_in_words", "read_statement"]
