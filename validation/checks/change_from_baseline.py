from __future__ import annotations

from typing import TYPE_CHECKING

from validation.check import Failing, check, same_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-CHG",
    "CHG is AVAL - BASE",
    severity="error",
    standard="ADaMIG 1.3 section 3.3.4",
    message="CHG is {CHG}, AVAL {AVAL} and BASE {BASE}",
)
def change_from_baseline(data: Built) -> Iterator[Failing]:
    for dataset, frame in data.datasets("AVAL", "BASE", "CHG", standard="ADaMIG"):
        right = same_number(frame["CHG"], frame["AVAL"] - frame["BASE"])
        yield Failing(dataset, frame, frame["CHG"].notna() & ~right, "CHG")
