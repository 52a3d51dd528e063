from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from validation.check import Failing, check, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specs.model import Dataset
    from validation.check import Built

_INSTRUMENTS = ("QS", "FT")
_TUMOUR_RESPONSE = "C124298"  # ONCRSCAT; clinical classifications have CCCAT


@check(
    "CK-EVAL",
    severity="error",
    standard="SDTMIG 3.4, assumption 8 shared by QRS instruments; CG0659, CG0660",
    message="{variable} is not used for QRS instruments; the rater is a supplemental qualifier",
)
def evaluator_of_instrument(data: Built) -> Iterator[Failing]:
    """Questionnaires, functional tests and clinical classifications have no evaluator."""
    for variable in ("--EVAL", "--EVALID"):
        for dataset, frame in data.datasets(variable, standard="SDTMIG"):
            rated = _rated_by_instrument(data, dataset, frame)
            filled = rated & frame[named(dataset, variable)].notna()
            if filled.any():
                yield Failing(dataset, frame, filled, variable)
            elif len(rated) and rated.all():
                yield Failing(dataset, pd.DataFrame(index=[0]), None, variable)


def _rated_by_instrument(data: Built, dataset: Dataset, frame: pd.DataFrame) -> pd.Series:
    """Records of an instrument: all of QS and FT, and of RS those that are no tumour response."""
    if dataset.domain in _INSTRUMENTS:
        return pd.Series(data=True, index=frame.index)
    if dataset.domain != "RS" or "RSCAT" not in frame:
        return pd.Series(data=False, index=frame.index)
    used = data.study.codelists.get(dataset.variable("RSCAT").codelist)
    tumour = used is not None and used.codelist.code == _TUMOUR_RESPONSE
    return frame["RSCAT"].notna() & (not tumour)
