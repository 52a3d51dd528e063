from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from specs.limits import against_guide
from validation.check import Failing, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.check import Built


@check(
    "CK-GUIDE",
    severity="error",
    standard="SDTMIG 3.4 sections 3.2 and 4; CG0013, CG0314",
    message="{@fault}",
)
def allowed_by_guide(data: Built) -> Iterator[Failing]:
    """A dataset has the variables that the guide and the SDTM model let it have."""
    for dataset, frame in data.datasets(standard="SDTMIG"):
        if frame.empty or "SDTMIG" not in data.study.standards:
            continue
        for variable, problem in against_guide(dataset, data.study):
            facts = pd.DataFrame({"@fault": [problem.what]})
            yield Failing(dataset, facts, None, variable)
