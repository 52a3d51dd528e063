from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from specs.characters import character, foreign_characters
from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-CHARACTER",
    severity="error",
    standard="FDA Study Data Technical Conformance Guide, section 3.3.2; SAS TS-140",
    message="{@character} is not a character of {@encoding}, in which the file is written",
)
def characters(data: Built) -> Iterator[Failing]:
    """Texts have only characters of the encoding that the study declares, ASCII unless it does."""
    encoding = data.study.encoding
    for dataset, frame in data.datasets():
        for name in frame.columns[frame.dtypes.map(pd.api.types.is_string_dtype)]:
            lacking = foreign_characters(frame[name], encoding)
            if len(lacking):
                rows = frame.loc[lacking.index].copy()
                rows["@character"], rows["@encoding"] = lacking.map(character), encoding
                yield Failing(dataset, rows, pd.Series(data=True, index=rows.index), name)
