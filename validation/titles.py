"""What the rules of validation are called, by id."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from validation.checks import all_checks
from validation.define import rule_titles as define_titles
from validation.dictionaries import TITLES

if TYPE_CHECKING:
    from collections.abc import Mapping

# The rules that schemas are made of; a conformance check has its title where it is declared.
_SCHEMA: Final = {
    "CK-CODELIST": "Values are terms of their codelist",
    "CK-COLUMN": "The data have the variables of the specification, and no others",
    "CK-COUNTRY": "Countries are codes of ISO 3166-1 alpha-3",
    "CK-DATASET": "Every dataset is specified",
    "CK-DECODE": "A code has the name the specification gives it",
    "CK-DOMAIN": "DOMAIN is the code of the domain",
    "CK-EXPECTED": "The variables the guide expects are there",
    "CK-EXPLANATION": "Every explanation matches a finding",
    "CK-IDVAR": "A supplemental qualifier names its record by a variable and a value",
    "CK-ISO8601": "Dates and durations are ISO 8601 and exist",
    "CK-KEY": "Records are unique by their keys",
    "CK-LENGTH": "Values fit the planned length and the 200 bytes of a transport file",
    "CK-ORDER": "The variables are in the order of the specification",
    "CK-PARAMCD": "Parameters are specified",
    "CK-QNAM": "Supplemental qualifiers are specified",
    "CK-RDOMAIN": "RDOMAIN is the domain of the supplemental dataset",
    "CK-REQUIRED": "Required values are there",
    "CK-SEQ": "Sequence numbers are unique within a subject",
    "CK-TESTCD": "Tests are specified",
    "CK-TYPE": "Values are of the specified type",
    "CK-VALUE": "Values are those the guide lists for the variable",
}


@cache
def rule_titles() -> Mapping[str, str]:
    """The title of every rule that validation knows; rules of the build are not among them."""
    checks = {check.id: check.title for check in all_checks()}
    return MappingProxyType({**_SCHEMA, **checks, **TITLES, **define_titles()})
