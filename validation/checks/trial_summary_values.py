from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-TS-VALUE",
    severity="error",
    standard="SDTMIG 3.4 section 7.4; CG0261, CG0262; FDA rejection criterion 1734",
    message="{@fault}",
)
def trial_summary_values(data: Built) -> Iterator[Failing]:
    """A parameter of TS has either a value or a reason for having none."""
    for dataset, frame in data.dataset("TS", "TSPARMCD", "TSVAL", "TSVALNF"):
        both = frame["TSVAL"].notna() & frame["TSVALNF"].notna()
        none = frame["TSVAL"].isna() & frame["TSVALNF"].isna()
        names = frame["TSPARMCD"].where(none | both)
        message = (
            names
            + " has "
            + both.map(
                {True: "a value and a null flavor", False: "neither a value nor a null flavor"}
            )
        )
        yield Failing(dataset, frame.assign(**{"@fault": message}), none | both, "TSVAL")
