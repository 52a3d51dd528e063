from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-FLAG",
    severity="error",
    standard="ADaMIG 1.3; ADaM rule 5",
    message="a flag is Y, N or missing",
)
def flag_values(data: Built) -> Iterator[Failing]:
    """Flags are Y, N or missing."""
    for dataset, frame in data.datasets(standard="ADaMIG"):
        for name in frame.columns[frame.columns.str.endswith("FL")]:
            values = frame[name]
            yield Failing(dataset, frame, values.notna() & ~values.isin(["Y", "N"]), name)
