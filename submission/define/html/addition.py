"""What a build knows beside the define.xml it wrote: rows, first records, sources of variables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from specs.numbers import number_text

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN_RECORDS = 5
"""How many records of a dataset the page shows."""


@dataclass(frozen=True)
class DatasetAddition:
    """The number of records of a dataset, its first ones as texts, and by variable its sources.

    A source is a text such as `adverse_events.aeterm` or `DM.RFSTDTC`.
    """

    records: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        sources: Mapping[str, tuple[str, ...]] | None = None,
        records: int | None = None,
    ) -> DatasetAddition:
        """What there is to say of a built dataset; missing values are shown as nothing.

        `records` is how many it has where the frame has but the first.
        """
        first = frame.head(SHOWN_RECORDS)
        texts = [_texts(first[name]) for name in first.columns]
        rows = tuple(zip(*texts, strict=True))
        size = len(frame) if records is None else records
        return cls(size, tuple(map(str, first.columns)), rows, sources or {})


@dataclass(frozen=True)
class Addition:
    """What is added to define.html for a package that was just built.

    `elsewhere` has the address of the page that describes a dataset of another part of the
    package, by the dataset's name.
    """

    datasets: Mapping[str, DatasetAddition] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)


def _texts(values: pd.Series) -> list[str]:
    if pd.api.types.is_float_dtype(values):
        return [number_text(number) if number == number else "" for number in values]
    return [text if isinstance(text, str) else "" for text in values.astype("str")]
