"""What a rule means, on a dataset of a few numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from engine.rules import Making
from engine.values import kind_of, typed
from specs.derivation import Derivation, Outcome
from specs.errors import MappingError
from specs.model import Dataset, Origin, Rule, Variable
from specs.where import Where

if TYPE_CHECKING:
    from collections.abc import Callable


class Numbers(Making):
    """The records of two subjects, with the number N of each."""

    def __init__(self) -> None:
        super().__init__(
            Dataset("XX", "XX", "", "", "", "Analysis", "ADaMIG", (), (), (), file="xx.yaml")
        )
        people = pd.Series(["P1", "P1", "P2", "P2"], dtype="str")
        self.frame = pd.DataFrame({"USUBJID": people, "N": [1.0, 2.0, 3.0, np.nan]})

    @property
    def index(self) -> pd.Index:
        return self.frame.index

    @property
    def subjects(self) -> pd.Series:
        return self.frame["USUBJID"]

    def column(self, name: str, place: str) -> pd.Series:
        return self.frame[name]

    def taken(self, rule: Rule, variable: Variable, rows: pd.Series) -> pd.Series:
        return self.frame[rule.sources[0]][rows]

    def sources(self, rule: Rule, rows: pd.Series) -> list[pd.Series]:
        return [self.frame[source][rows] for source in rule.sources]

    def many_records(self, rule: Rule, rows: pd.Series) -> list[pd.Series]:
        return [self.frame["N"], self.frame["USUBJID"]]

    def record(self, rule: Rule, label: Any) -> str:
        return f"record {label}"


def where(text: str) -> tuple[Where, ...]:
    variable, comparator, value = text.split()
    return (Where.model_validate({variable: {comparator: value}}),)


def derived(function: Callable[..., Any], scope: Any = "record", when: str = "") -> Rule:
    derivation = Derivation(function.__name__, function, scope)
    return Rule(Origin.DERIVED, ("N",), derivation=derivation, when=where(when) if when else ())


def number(*rules: Rule) -> Variable:
    return Variable("V", "", "Num", rules=rules)


def rank(n: pd.Series) -> pd.Series:
    return n.rank()


def total(n: pd.Series, subject: pd.Series) -> pd.Series:
    return n.groupby(subject).sum()


def doubted(n: pd.Series) -> Outcome:
    return Outcome(n * 10, pd.Series("is doubtful", index=n.index, dtype="str"))


def shown(values: pd.Series) -> list[Any]:
    return [
        None if missing else value for value, missing in zip(values, values.isna(), strict=True)
    ]


CONSTANT = Rule(Origin.ASSIGNED, constant=9)


def test_the_first_rule_that_gives_a_value_counts_and_the_account_names_it() -> None:
    making = Numbers()
    variable = number(Rule(Origin.PREDECESSOR, ("N",), when=where("N GT 1")), CONSTANT)
    assert shown(making.ruled(variable)) == [9, 2, 3, 9]
    rules = making.account.rules(pd.Index([3, 2, 1, 0]))
    assert rules["V"].tolist() == [2, 1, 1, 2]


def test_what_is_given_already_stays_and_no_rule_is_named_for_it() -> None:
    making = Numbers()
    given = pd.Series([5.0, np.nan, np.nan, np.nan])
    variable = number(Rule(Origin.PREDECESSOR, ("N",)), CONSTANT)
    assert shown(making.ruled(variable, given)) == [5, 2, 3, 9]
    assert making.account.rules(making.index)["V"].tolist() == [0, 1, 1, 2]


def test_a_function_sees_all_records_of_its_rule_and_counts_where_none_was_before() -> None:
    first = Rule(Origin.PREDECESSOR, ("N",), when=where("N EQ 1"))
    assert shown(Numbers().ruled(number(first, derived(rank)))) == [1, 2, 3, None]
    assert shown(Numbers().ruled(number(first, derived(rank, when="N GT 1")))) == [1, 1, 2, None]


def test_a_function_of_many_records_gives_each_record_the_value_of_its_subject() -> None:
    assert shown(Numbers().ruled(number(derived(total, "subject")))) == [3, 3, 3, 3]


def test_a_finding_is_told_where_the_value_of_its_function_counts() -> None:
    making = Numbers()
    making.ruled(number(Rule(Origin.PREDECESSOR, ("N",), when=where("N LT 3")), derived(doubted)))

    def located(rows: pd.Index, _: Any) -> dict[str, pd.Series]:
        return {"subject": making.subjects[rows].reset_index(drop=True)}

    found = making.account.findings(np.arange(4), located)
    columns = ["severity", "rule", "subject", "variable", "value", "message"]
    assert found[columns].fillna("").to_numpy().tolist() == [
        ["error", "CK-DOUBTED", "P2", "V", "3.0", "is doubtful"],
        ["error", "CK-DOUBTED", "P2", "V", "", "is doubtful"],
    ]


def test_text_in_a_numeric_variable_names_the_place_of_the_rule() -> None:
    rule = Rule(Origin.PREDECESSOR, ("USUBJID",), place="xx.yaml line 4")
    with pytest.raises(MappingError, match=r"xx.yaml line 4: V is numeric, its rule gives text"):
        Numbers().ruled(number(rule))


def test_text_is_no_date_however_whole_it_looks() -> None:
    making = Numbers()
    making.frame["DTC"] = pd.Series(["2020"] * 4, dtype="str")
    date = Variable("ADT", "", "Num", format="DATE9.", rules=(Rule(Origin.PREDECESSOR, ("DTC",)),))
    with pytest.raises(MappingError, match=r"ADT is a date, its rule gives text \(2020\)"):
        making.ruled(date)


@pytest.mark.parametrize("format_", ["DATE9.", "YYMMDD10.", "E8601DA10.", "DATETIME20."])
def test_every_format_of_dates_makes_a_date(format_: str) -> None:
    variable = Variable("ASTDT", "Date", "Num", format=format_)
    made = typed(pd.Series(pd.to_datetime(["2020-01-05", None])), variable)
    assert made.dtype == "datetime64[s]"
    assert kind_of(Variable("ATM", "Time", "Num", format="TIME5.")) == "float64"


@pytest.mark.parametrize("values", [[1.0, np.nan], []])
def test_numbers_are_no_text_where_no_type_is_said(values: list[float]) -> None:
    numbers = pd.Series(values, dtype="float64")
    untyped = Variable("RATIO", "Ratio", "Char", own_type=False, place="advs.yaml line 9")
    message = "advs.yaml line 9: RATIO is text, as no type is said, and its rule gives numbers"
    with pytest.raises(MappingError, match=message):
        typed(numbers, untyped)
    said = Variable("RATIO", "Ratio", "Char")
    assert shown(typed(numbers, said)) == ["1", None][: len(values)]


def test_no_value_at_all_is_a_text_too() -> None:
    untyped = Variable("RATIO", "Ratio", "Char", own_type=False)
    assert shown(typed(pd.Series([np.nan, np.nan]), untyped)) == [None, None]
