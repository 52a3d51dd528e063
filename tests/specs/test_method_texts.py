"""A docstring becomes a text: by column, by what a constant is, with some of several sources."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from specs.derivation import Derivation, derivation
from specs.errors import SpecError


def flagged(*keys: pd.Series, within: int, order: tuple[str, ...] = ()) -> pd.Series:
    """Y for the first of each {keys:first within}, in the order of {keys:after within}{order}.

    order: , with {order} descending

    The code sorts once.
    """
    return keys[within]


def judged(
    change: pd.Series, version: pd.Series, base: pd.Series, *, missing: str, points: int = 0
) -> pd.DataFrame:
    """Whether an index has fallen.

    AVALC: Y where {change} is at most {points}{base}, otherwise {missing}.

    points=0: 0

    points: -{points}

    base={version}:

    base: , {version} and {base} being the same

    missing=N: N, whatever is missing

    NRIREAS, DTYPE: The {column} of the record.

    Source: a paper.
    """
    return pd.DataFrame({"AVALC": change})


FLAGGED = Derivation("flagged", flagged, "record")
JUDGED = Derivation("judged", judged, "record")


def test_some_of_several_sources_are_told_where_the_text_asks_for_them() -> None:
    text = FLAGGED.method_text(["USUBJID", "PARAMCD", "ADT", "ASEQ"], {"within": 2})
    assert text == "Y for the first of each USUBJID and PARAMCD, in the order of ADT and ASEQ."


def test_words_of_a_constant_stand_where_it_is_given_and_nowhere_else() -> None:
    text = FLAGGED.method_text(["USUBJID", "ADT"], {"within": 1, "order": ["ADT"]})
    assert text == "Y for the first of each USUBJID, in the order of ADT, with ADT descending."


def test_each_column_has_a_text_of_its_own() -> None:
    assert JUDGED.columns == ("AVALC", "NRIREAS", "DTYPE")
    told = JUDGED.method_text(["CHG", "RSCAT", "BASEVER"], {"missing": "N", "points": 4}, "AVALC")
    assert told == (
        "Y where CHG is at most -4, RSCAT and BASEVER being the same,"
        " otherwise N, whatever is missing."
    )
    assert JUDGED.method_text(["CHG", "A", "A"], {}, "DTYPE") == "The DTYPE of the record."
    assert JUDGED.method_text(["CHG", "A", "A"], {}) == "Whether an index has fallen."


def test_words_may_depend_on_a_value_and_on_another_source() -> None:
    told = JUDGED.method_text(["CHG", "RSCAT", "RSCAT"], {"missing": "N"}, "AVALC")
    assert told == "Y where CHG is at most 0, otherwise N, whatever is missing."


def test_a_table_is_named_in_the_text_and_told_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "factors.csv"
    file.write_text("drug,mg_a_day\nPREDNISONE,5\nCORTISONE,\n", encoding="utf-8")

    @derivation(tables={"factors": file})
    def dosed(dose: pd.Series, *, scales: list[dict[str, str]]) -> pd.Series:
        """{dose} by {scales}, then by the table of factors (see the comment)."""
        return dose

    found = Derivation("dosed", dosed, "record")
    rows = [{"scale": "1", "factor": 3.0}, {"scale": "2", "factor": "3/100"}]
    assert found.method_text(["ECDOSE"], {"scales": rows}).startswith(
        "ECDOSE by the table of scales (see the comment), then by"
    )
    assert found.tables({"scales": rows}) == (
        "Table of scales (scale, factor): 1, 3 | 2, 3/100.",
        "Table of factors (drug, mg a day): PREDNISONE, 5 | CORTISONE, none.",
    )


@pytest.mark.parametrize("text", ["{keys:last 2}", "{keys:first some}", "{keys!r}", "{other}"])
def test_a_placeholder_that_nobody_knows_is_an_error(text: str) -> None:
    def wrong(*keys: pd.Series) -> pd.Series:
        return keys[0]

    wrong.__doc__ = f"The {text}."
    with pytest.raises(SpecError, match="the text of wrong has a placeholder"):
        Derivation("wrong", wrong, "record").method_text(["A", "B"], {})
