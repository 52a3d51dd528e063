"""What a build says of a reference case of SRI-4, in the columns of the file of expected values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from specs.tables import Table

COMPONENTS = ("SRI4SLE", "SRI4BIL", "SRI4PGA", "SRI4PRD", "SRI4TF")
RESPONSES = {
    "EXPECT_PUBLISHED": "SRI4",
    "EXPECT_LABEL_PGA": "SRI4LBL",
    "EXPECT_NEW_A_ONLY": "SRI4ABS",
}
NUMBERS = ("BILNEWA", "BILNEWB", "ADY", "SLEDCHG", "PGACHG")


def at_week_24(tables: Mapping[str, Table]) -> dict[str, pd.DataFrame]:
    """For each dataset its records chosen for Week 24, by subject and parameter."""
    chosen = {}
    for name in ("ADRS", "ADSLEDAI", "ADPGA"):
        frame = tables[name].frame
        rows = frame[frame["AVISITN"].eq(24) & frame["ANL01FL"].eq("Y")]
        chosen[name] = rows.set_index(["USUBJID", "PARAMCD"])
        assert chosen[name].index.is_unique
    return chosen


def answers(week_24: Mapping[str, pd.DataFrame], subject: str) -> dict[str, str | float | None]:
    """The texts and numbers of a subject by the columns of the expected ones; PGACHG a number."""
    rows = week_24["ADRS"]
    got: dict[str, str | float | None] = {
        column: text(rows, subject, code, "AVALC") for column, code in RESPONSES.items()
    }
    got |= {code: text(rows, subject, code, "AVALC") for code in COMPONENTS}
    got["HOW"] = text(rows, subject, "SRI4", "DTYPE") or "OBSERVED"
    got["REASON"] = text(rows, subject, "SRI4", "NRIREAS")
    got |= {code: number(rows, subject, code, "AVAL") for code in ("BILNEWA", "BILNEWB")}
    got["ADY"] = number(rows, subject, "SRI4", "ADY")
    got["SLEDCHG"] = number(week_24["ADSLEDAI"], subject, "SLEDTOT", "CHG")
    got["PGACHG"] = number(week_24["ADPGA"], subject, "PGA3", "CHG")
    return got


def told(expected: Mapping[str, str]) -> dict[str, str | float | None]:
    """The expected values of a case, in the shape of `answers`."""
    texts = (*RESPONSES, *COMPONENTS, "HOW", "REASON")
    numbers = {name: float(expected[name]) if expected[name] else None for name in NUMBERS}
    return {name: expected[name] for name in texts} | numbers


def text(rows: pd.DataFrame, subject: str, parameter: str, column: str) -> str:
    if (subject, parameter) not in rows.index:
        return ""
    value = rows.at[(subject, parameter), column]
    return "" if pd.isna(value) else str(value)


def number(rows: pd.DataFrame, subject: str, parameter: str, column: str) -> float | None:
    value = text(rows, subject, parameter, column)
    return float(value) if value else None
