from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check, same_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-CHG",
    severity="error",
    standard="ADaMIG 1.3",
    message="CHG is {CHG}, AVAL {AVAL} and BASE {BASE}",
)
def change_from_baseline(data: Built) -> Iterator[Failing]:
    """CHG is AVAL - BASE."""
    for dataset, frame in data.datasets("AVAL", "BASE", "CHG", standard="ADaMIG"):
        right = same_number(frame["CHG"], frame["AVAL"] - frame["BASE"])
        yield Failing(dataset, frame, frame["CHG"].notna() & ~right, "CHG")
