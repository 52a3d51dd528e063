from __future__ import annotations

import pandas as pd
import pytest

from adam.derivations.timing import analysis_date, latest_date
from specs.calls import called
from specs.derivation import Derivation
from specs.errors import MappingError

LATEST = Derivation("latest_date", latest_date, "record")
DAY = Derivation("analysis_date", analysis_date, "record")
DATES = pd.to_datetime(pd.Series(["2020-01-05", None])).astype("datetime64[s]").rename("ADT")


@pytest.mark.parametrize("texts", [["2020", "2020-03"], []])
def test_a_text_where_a_date_is_expected_is_refused_with_and_without_records(
    texts: list[str],
) -> None:
    column = pd.Series(texts, dtype="str", name="DM.RFXENDTC")
    with pytest.raises(MappingError) as error:
        called(LATEST, [DATES.iloc[: len(texts)], column], {}, place="adsl.yaml line 9")
    assert "latest_date takes dates for several; DM.RFXENDTC is text" in str(error.value)
    assert "analysis_date" in str(error.value)


def test_a_number_is_no_date_and_a_column_without_values_may_be_one() -> None:
    with pytest.raises(MappingError, match="TRTSTM is not a date"):
        called(LATEST, [pd.Series([1.0], name="TRTSTM")], {}, place="")
    made = called(LATEST, [DATES, pd.Series([None, None], dtype="float64")], {}, place="")
    assert made.dt.strftime("%Y-%m-%d").fillna("").tolist() == ["2020-01-05", ""]


def test_a_date_where_the_text_of_a_dtc_is_expected_is_refused() -> None:
    with pytest.raises(MappingError, match="takes the text of a --DTC for dtc; ADT is a date"):
        called(DAY, [DATES], {}, place="")
