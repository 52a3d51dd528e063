from __future__ import annotations

import pandas as pd

from engine.groups import joined
from specs.tables import Table


def table(subjects: list[str], trace: list[tuple[int, str, int]]) -> Table:
    frame = pd.DataFrame({"USUBJID": pd.Series(subjects, dtype="str")})
    return Table("ADLB", frame, pd.DataFrame(trace, columns=["row", "source", "record"]))


def test_records_of_the_dataset_itself_are_named_by_their_place_in_the_whole() -> None:
    first = table(["B", "B"], [(0, "LB", 7), (1, "ADLB", 0)])
    second = table(["A", "C"], [(0, "LB", 8), (1, "ADLB", 0)])
    whole, places = joined([first, second], ["USUBJID"])
    assert whole.frame["USUBJID"].tolist() == ["A", "B", "B", "C"]
    assert [place.tolist() for place in places] == [[1, 2], [0, 3]]
    assert whole.trace.to_numpy().tolist() == [
        [0, "LB", 8],
        [1, "LB", 7],
        [2, "ADLB", 1],
        [3, "ADLB", 0],
    ]
