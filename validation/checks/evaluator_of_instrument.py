from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from validation.check import Failing, check, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specs.model import Dataset
    from validation.check import Built


_INSTRUMENTS = ("QS", "FT")
_CLINICAL_CLASSIFICATIONS = "C118971"  # CCCAT; tumour response has ONCRSCAT


@check(
    "CK-EVAL",
    "Questionnaires, functional tests and clinical classifications have no evaluator",
    severity="error",
    standard="SDTMIG 3.4 section 6.3.9.3, QRS assumptions; CG0659, CG0660",
    message="{variable} is not used for QRS instruments; the rater is a supplemental qualifier",
)
def evaluator_of_instrument(data: Built) -> Iterator[Failing]:
    for variable in ("--EVAL", "--EVALID"):
        for dataset, frame in data.datasets(variable, standard="SDTMIG"):
            rated = _rated_by_instrument(data, dataset, frame)
            filled = rated & frame[named(dataset, variable)].notna()
            if filled.any():
                yield Failing(dataset, frame, filled, variable)
            elif len(rated) and rated.all():
                yield Failing(dataset, frame, None, variable)


def _rated_by_instrument(data: Built, dataset: Dataset, frame: pd.DataFrame) -> pd.Series:
    """Which records are of an instrument: all in QS and FT, those of clinical classifications in RS."""
    if dataset.domain in _INSTRUMENTS:
        return pd.Series(data=True, index=frame.index)
    if dataset.domain != "RS" or "RSCAT" not in frame:
        return pd.Series(data=False, index=frame.index)
    used = data.study.codelists.get(dataset.variable("RSCAT").codelist)
    if used is None:
        return pd.Series(data=False, index=frame.index)
    classes = used.codelist.code == _CLINICAL_CLASSIFICATIONS
    return frame["RSCAT"].isin(used.codelist.values if classes else [])
