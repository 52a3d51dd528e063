from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specs.model import Dataset
    from validation.check import Built


@check(
    "CK-SPLIT",
    severity="error",
    standard="SDTMIG 3.4 section 4.1.7; CG0018, CG0021",
    message="a record of {@other} has the same {@same}",
)
def unique_over_parts(data: Built) -> Iterator[Failing]:
    """Over the datasets into which a domain is split, --SEQ and the keys are unique."""
    domains: dict[str, list[tuple[Dataset, pd.DataFrame]]] = {}
    for dataset, frame in data.datasets(standard="SDTMIG"):
        if not dataset.parent and dataset.person in frame:
            domains.setdefault(dataset.code, []).append((dataset, frame))
    for splits in domains.values():
        keys = {dataset.keys for dataset, _ in splits}
        first = splits[0][0]
        names = [[first.person, f"{first.domain}SEQ"]]
        names += [list(k) for k in keys if len(keys) == 1 < len(k)]
        for number, (dataset, frame) in enumerate(splits):
            for by in names:
                before = [
                    (other.name, rows) for other, rows in splits[:number] if {*by} <= set(rows)
                ]
                if before and {*by} <= set(frame):
                    yield _repeated(dataset, frame, before, by)


def _repeated(
    dataset: Dataset, frame: pd.DataFrame, before: list[tuple[str, pd.DataFrame]], by: list[str]
) -> Failing:
    earlier = pd.concat([rows[by].assign(**{"@other": name}) for name, rows in before])
    first = earlier.drop_duplicates(by)
    facts = frame.merge(first, "left", by).set_axis(frame.index)
    facts["@same"] = ", ".join(by)
    return Failing(dataset, facts, facts["@other"].notna(), by[-1])
