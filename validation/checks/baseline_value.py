from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check, same_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-BASE",
    severity="error",
    standard="ADaMIG 1.3",
    message="BASE is {BASE}; AVAL of the baseline record is {@due}",
)
def baseline_value(data: Built) -> Iterator[Failing]:
    """BASE is AVAL of the baseline record."""
    needs = ("USUBJID", "PARAMCD", "AVAL", "BASE", "ABLFL")
    for dataset, frame in data.datasets(*needs, standard="ADaMIG"):
        keys = [key for key in ("USUBJID", "PARAMCD", "BASETYPE") if key in frame]
        baseline = frame.loc[frame["ABLFL"].eq("Y"), [*keys, "AVAL"]].drop_duplicates(keys)
        due = frame[keys].merge(baseline, how="left", on=keys)["AVAL"].set_axis(frame.index)
        wrong = frame["BASE"].notna() & ~same_number(frame["BASE"], due)
        yield Failing(dataset, frame.assign(**{"@due": due}), wrong, "BASE")
