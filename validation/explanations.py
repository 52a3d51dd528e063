"""Why findings stay: the study's explanations, put beside the findings they match."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from specs.findings import all_findings, findings

if TYPE_CHECKING:
    from specs.model import Explanation, Study


def explained(findings: pd.DataFrame, study: Study) -> pd.DataFrame:
    """The findings with `explanation` and its `status` filled from the study's explanations.yaml.

    An explanation matches where every column it gives equals the finding's; the value "" stands
    for a missing one. The first that matches counts. One that matches nothing is a finding
    itself, a notice: what it explained has gone, or never was.
    """
    reasons, status = findings["explanation"].copy(), findings["status"].copy()
    idle: list[Explanation] = []
    for explanation in study.explanations:
        matched = _matched(findings, explanation)
        first = matched & reasons.isna()
        reasons = reasons.mask(first, explanation.reason)
        status = status.mask(first, explanation.status)
        if not matched.any():
            idle.append(explanation)
    return all_findings(
        (findings.assign(explanation=reasons, status=status), *map(_unmatched, idle))
    )


def _matched(findings: pd.DataFrame, explanation: Explanation) -> pd.Series:
    matched = pd.Series(data=True, index=findings.index)
    for column, value in explanation.match.items():
        matched &= findings[column].eq(value) if value else findings[column].isna()
    return matched


def _unmatched(explanation: Explanation) -> pd.DataFrame:
    criteria = ", ".join(f"{column} {value}" for column, value in explanation.match.items())
    file, _, line = explanation.place.partition(" line ")
    return findings(
        severity="notice",
        rule="CK-EXPLANATION",
        dataset=explanation.match.get("dataset"),
        variable=explanation.match.get("variable"),
        message=f"no finding has {criteria}; remove the explanation if it is no longer needed",
        file=file or None,
        line=line or None,
    )
