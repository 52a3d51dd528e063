"""What a person may say about a comparison: keys and tolerances, of single variables or of all."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from specs.errors import CdisckitError
from validation.comparison import Tolerance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Settings:
    """`keys` by dataset, "" for any other; `tolerances` of single variables."""

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tolerance: Tolerance = field(default_factory=Tolerance)
    tolerances: Mapping[str, Tolerance] = field(default_factory=dict)
    encoding: str = "ascii"

    def keys_of(self, dataset: str) -> tuple[str, ...]:
        """The keys that were named for a dataset; none where its description is to tell."""
        return self.keys.get(dataset, self.keys.get("", ()))


def read_settings(
    keys: Sequence[str],
    absolute: float,
    relative: float,
    tolerances: Sequence[str],
    encoding: str,
) -> Settings:
    """Settings as they are typed: keys `AE=USUBJID,AESEQ` or `USUBJID`, tolerances `AVAL=1e-9`.

    CdisckitError where one cannot be read.
    """
    by_dataset: dict[str, tuple[str, ...]] = {}
    for text in keys:
        dataset, _, names = text.rpartition("=")
        listed = tuple(name.strip().upper() for name in names.split(",") if name.strip())
        if not listed:
            raise CdisckitError(
                f"{text!r} names no key", remedy="write USUBJID,AESEQ or AE=USUBJID,AESEQ"
            )
        by_dataset[dataset.strip().upper()] = listed
    single = {}
    for text in tolerances:
        name, _, limit = text.partition("=")
        single[name.strip().upper()] = Tolerance(absolute=_limit(limit, text))
    for value in (absolute, relative):
        _limit(str(value), str(value))
    return Settings(by_dataset, Tolerance(absolute, relative), single, encoding)


def _limit(text: str, typed: str) -> float:
    try:
        limit = float(text)
    except ValueError:
        limit = math.nan
    if not 0 <= limit < math.inf:
        raise CdisckitError(
            f"{typed!r} states no tolerance", remedy="write a number of 0 or more: AVAL=1e-9"
        )
    return limit
