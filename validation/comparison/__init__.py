"""Two versions of a dataset beside each other: variables, attributes, records and values."""

from validation.comparison.compare import Comparison, compare
from validation.comparison.sides import Side, SideVariable
from validation.comparison.values import Tolerance

__all__ = ["Comparison", "Side", "SideVariable", "Tolerance", "compare"]
