from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-ADSL-COPY",
    severity="error",
    standard="ADaMIG 1.3",
    message="ADSL has {@due} for the subject",
)
def copied_from_adsl(data: Built) -> Iterator[Failing]:
    """Variables of ADSL have the same values elsewhere."""
    for owner, adsl in data.dataset("ADSL", "USUBJID"):
        for dataset, frame in data.datasets("USUBJID", standard="ADaMIG"):
            if dataset.name == owner.name:
                continue
            in_adsl = frame["USUBJID"].isin(adsl["USUBJID"])
            for variable in adsl.columns.intersection(frame.columns).drop("USUBJID"):
                due = data.of_subject(owner.name, variable, frame["USUBJID"])
                if due is not None:
                    copies = frame[variable]
                    wrong = in_adsl & copies.ne(due) & ~(copies.isna() & due.isna())
                    yield Failing(dataset, frame.assign(**{"@due": due}), wrong, variable)
