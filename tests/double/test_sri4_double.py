"""Double programming: `adam` and the second program agree on SRI-4, value by value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from adam.build import build_adam
from cdisckit.building import open_study, simulator
from sdtm.build import build_sdtm
from sdtm.readers import read_raw
from specs.model import Study
from specs.tables import Table
from tests.double.perturbed import perturbed
from tests.double.sri4_second_program import VISITS, Reached, as_frame, responses

SUBJECTS = 150
SEEDS = (1, 2)
KEYS = ["source", "USUBJID", "AVISIT", "PARAMCD"]

# What the definition names in ADaM and the study also builds.
COMPARED = {
    "SRI4SLE", "SRI4BIL", "SRI4BILA", "SRI4PGA", "SRI4PGAL", "SRI4PRD", "SRI4TF",
    "BILNEWA", "BILNEWB", "SRI4", "SRI4LBL", "SRI4ABS",
}  # fmt: skip
OPTIONAL = {"SRI5", "SRI6", "SRI7", "SRI8", "SRI4WC"}
RESPONSES = {"SRI4", "SRI4LBL", "SRI4ABS", *OPTIONAL}

# Each rule code, as met in the perturbed subjects; the comparison is worth nothing without them.
MUST_BE_REACHED = (
    "SLE-1 change -4", "SLE-1 change -3", "SLE-2 items win", "SLE-2 missing item",
    "SLE-2 recorded total", "SLE-3", "SLE-4", "BIL-1", "BIL-2", "BIL-3 one new B",
    "BIL-3 two new B", "BIL-3 A to B", "BIL-4 missing", "BIL-4 failed anyway",
    "PGA-1 exactly 0.3", "PRD-1", "PRD-1 exactly 10", "PRD-1 above", "PRD-2", "PRD-3", "PRD-4",
    "PRD no tested day", "PRD-6 local route", "PRD-6 ONCE on a tested day", "PRD-7 PRN",
    "PRD-7 missing", "PRD-7 missing, known exceeds", "PRD-7 answered no",
    "PRD-7 not answered no", "PRD-7 not counted drug", "PRD-8 partial start",
    "PRD-8 partial stop", "PRD-8 start missing", "PRD-8 stop on a tested day",
    "PRD-8 ONCE without date", "TF-1", "TF-1 partial date", "TF-1 without assessment",
    "TF-2", "TF-2 partial date",
    "TF-2 on the assessment day", "TF-2 without assessment", "TF-3", "TF-3 before Day 1",
    "TF-3 on the assessment day", "TF-3 without assessment", "WIN-1 at a limit", "WIN-2",
    "WIN-2 tie", "WIN-3 several days", "WIN-4 partial", "WIN-4 dated beats partial",
    "DUP-1 latest time", "DUP-1 worst", "DUP-1 graded beats -", "DUP-1 other version", "PGA-3",
    "BAS-1", "BAS-1 before Day 1",
    "BAS-1 marked post-dose", "BAS-1 timed at or after infusion", "no reference day",
    "NRI-1", "NRI-2", "all Y",
)  # fmt: skip


@dataclass(frozen=True)
class Both:
    """The values of the two programs side by side, and what the second one met."""

    values: pd.DataFrame  # keys, VALUE/DTYPE/REASON/ADY of each, suffixed _first and _second
    reached: Reached


def _first(adrs: pd.DataFrame) -> pd.DataFrame:
    counts = adrs["PARAMCD"].isin(["BILNEWA", "BILNEWB"])
    value = adrs["AVALC"].astype("object").where(~counts, adrs["AVAL"].map("{:.0f}".format))
    return pd.DataFrame(
        {
            "USUBJID": adrs["USUBJID"],
            "AVISIT": adrs["AVISIT"],
            "PARAMCD": adrs["PARAMCD"],
            "VALUE": value.replace("nan", None),
            "DTYPE": adrs["DTYPE"].astype("object"),
            "REASON": adrs["NRIREAS"].astype("object"),
            "ADY": adrs["ADY"],
        }
    ).query("AVISIT in @names", local_dict={"names": list(VISITS)})


def _both(study: Study, sources: Mapping[str, Mapping[str, Table]]) -> Both:
    parts, reached = [], Counter[str]()
    for source, tables in sources.items():
        adrs = build_adam(study, tables)[0]["ADRS"].frame
        built = set(adrs["PARAMCD"]) & (COMPARED | OPTIONAL)
        found, met = responses(tables)
        second = as_frame(found)
        second = second[second["PARAMCD"].isin(COMPARED | built)]
        first = _first(adrs)
        first = first[first["PARAMCD"].isin(COMPARED | OPTIONAL)]
        merged = first.merge(
            second, on=KEYS[1:], how="outer", suffixes=("_first", "_second"), validate="1:1",
            indicator=True,
        )  # fmt: skip
        parts.append(merged.assign(source=source))
        reached.update(met)
    return Both(pd.concat(parts, ignore_index=True), reached)


@pytest.fixture(scope="session")
def study_folder(root: Path) -> Path:
    return root / "studies" / "nct03171194"


@pytest.fixture(scope="session")
def both(study_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Both:
    study = open_study(study_folder)
    six = build_sdtm(study, read_raw(study, study_folder)).tables
    sources: dict[str, Mapping[str, Table]] = {"the six": six}
    for seed in SEEDS:
        folder = tmp_path_factory.mktemp(f"seed{seed}")
        simulator(study_folder)(folder / "raw", SUBJECTS, seed)
        sources[f"seed {seed}"] = perturbed(build_sdtm(study, read_raw(study, folder)).tables, seed)
    return _both(study, sources)


def _differences(values: pd.DataFrame, column: str) -> pd.DataFrame:
    first, second = values[f"{column}_first"], values[f"{column}_second"]
    if column == "REASON":
        first = first.str.replace("; ", ";")
    differs = ~(first.eq(second) | (first.isna() & second.isna()))
    return values.loc[differs, [*KEYS, f"{column}_first", f"{column}_second"]]


def test_both_programs_have_the_same_rows(both: Both) -> None:
    assert both.values["_merge"].eq("both").all(), both.values[both.values["_merge"].ne("both")]
    assert len(both.values) >= len(COMPARED) * len(VISITS) * (6 + len(SEEDS) * SUBJECTS)


@pytest.mark.parametrize("code", sorted(COMPARED | OPTIONAL))
def test_both_programs_have_the_same_value(both: Both, code: str) -> None:
    values = both.values[both.values["PARAMCD"].eq(code)]
    if values.empty:
        pytest.skip(f"the study does not build {code}")
    found = _differences(values, "VALUE")
    assert found.empty, found.to_string()


@pytest.mark.parametrize("code", sorted(COMPARED | OPTIONAL))
def test_both_programs_have_the_same_day(both: Both, code: str) -> None:
    values = both.values[both.values["PARAMCD"].eq(code)]
    if values.empty:
        pytest.skip(f"the study does not build {code}")
    found = _differences(values, "ADY")
    assert found.empty, found.to_string()


@pytest.mark.parametrize("column", ["DTYPE", "REASON"])
def test_both_programs_give_a_response_for_the_same_reason(both: Both, column: str) -> None:
    found = _differences(both.values[both.values["PARAMCD"].isin(RESPONSES)], column)
    assert found.empty, found.to_string()


def test_the_perturbed_subjects_reach_every_rule(both: Both) -> None:
    assert [code for code in MUST_BE_REACHED if not both.reached[code]] == []


def test_five_of_the_six_respond(both: Both) -> None:
    values = both.values
    week_24 = values[
        values["source"].eq("the six")
        & values["AVISIT"].eq("Week 24")
        & values["PARAMCD"].eq("SRI4")
    ]
    assert list(week_24["VALUE_second"]) == ["Y", "Y", "N", "Y", "Y", "Y"]
