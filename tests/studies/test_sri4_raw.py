"""The reference cases of SRI-4 from raw rows to ADRS, through the worked study's whole spec.

All cases are one export of as many subjects: subjects are independent (tests/adam/test_laws.py).
One thing in them the form would refuse: cases 22 and 54 give an assessment a date known to the
month, and its date fields hold whole dates. The export then has it as an import may leave it, and
once more as the form lets a site say it: UNK, a date of which nothing is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adam.build import build_adam
from cdisckit.building import open_study
from sdtm.build import build_sdtm
from sdtm.readers import read_raw
from tests.adam.conftest import sdtm_tables, sri4_cases, whole_tables
from tests.adam.sri4_answers import answers, at_week_24, told
from tests.studies.drawn_cases import drawn_cases
from tests.studies.raw_cases import codes_of, unsayable, write_export

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from sdtm.build import SdtmBuild
    from specs.model import Study
    from specs.tables import Table

    Case = dict[str, Any]

SUBJECT = "NCT03171194-SYN-{}"
PARTIAL = (22, 54)
ITEM_MISSING = (16, 55)

# Not what a case tests, and not to be found: the rest of its export is without fault.
FINDINGS = {
    (8, "CK-RESCALED"),  # a PGA whose scale is not known
    (51, "CK-RESCALED"),
    (35, "CK-FALL-REACHED"),  # two versions of the index
    (49, "CK-PREDNISONE-EQUIVALENT"),  # a dose that is missing
    (50, "CK-WITHIN-SCALE"),  # a PGA out of its scale
    (8, "CK-RAW-REQUIRED"),  # the scale that is not known
    (51, "CK-RAW-REQUIRED"),
    (22, "CK-RAW-TYPE"),  # a partial date, which a validated field cannot hold
    (54, "CK-RAW-TYPE"),
}


class Built:
    """The cases as raw rows and what the study's spec makes of them."""

    def __init__(
        self, study: Study, cases: list[Case], out: Path, missing_item: str = "ND"
    ) -> None:
        write_export(cases, study.folder, out, missing_item=missing_item)
        self.sdtm: SdtmBuild = build_sdtm(study, read_raw(study, out))
        tables, found = build_adam(study, self.sdtm.tables)
        self.adam: Mapping[str, Table] = tables
        self.findings: pd.DataFrame = found
        self.week_24 = at_week_24(tables)


@pytest.fixture(scope="module")
def study(root: Path) -> Study:
    return open_study(root / "studies" / "nct03171194")


@pytest.fixture(scope="module")
def cases() -> dict[int, Case]:
    return {case["case"]: case for case in sri4_cases()}


@pytest.fixture(scope="module")
def expected() -> dict[int, dict[str, str]]:
    return {case["case"]: case["expected"] for case in sri4_cases()}


@pytest.fixture(scope="module")
def built(study: Study, cases: dict[int, Case], tmp_path_factory: pytest.TempPathFactory) -> Built:
    return Built(study, list(cases.values()), tmp_path_factory.mktemp("cases"))


def test_the_forms_have_an_answer_for_all_that_the_cases_say(
    study: Study, cases: dict[int, Case]
) -> None:
    codes = codes_of(study.folder)
    assert {n: said for n, case in cases.items() if (said := unsayable(case["data"], codes))} == {}
    assert unsayable({"cm": [{"drug": "CLOPREDNOL", "freq": "QD"}]}, codes) == ["CLOPREDNOL"]


@pytest.mark.parametrize("case", range(1, 64))
def test_the_case_has_the_expected_response_from_its_raw_rows(
    case: int, built: Built, expected: dict[int, dict[str, str]]
) -> None:
    assert answers(built.week_24, SUBJECT.format(case)) == told(expected[case])


def test_every_case_is_collected_and_nothing_of_it_is_lost(
    built: Built, cases: dict[int, Case], expected: dict[int, dict[str, str]]
) -> None:
    assert set(cases) == set(expected) == set(range(1, 64))
    assert len(built.adam["ADSL"].frame) == 63
    balance = built.sdtm.ledger.forms
    assert balance[["records unaccounted", "fields unaccounted"]].to_numpy().sum() == 0
    assert built.sdtm.ledger.left_out.empty, built.sdtm.ledger.left_out


def test_only_what_cases_are_about_is_found(built: Built) -> None:
    of_sdtm = built.sdtm.findings[["subject", "rule"]]
    of_adam = built.findings[["subject", "rule"]]
    found = {*of_sdtm.itertuples(index=False, name=None)}
    found |= {*of_adam.itertuples(index=False, name=None)}
    prefix = SUBJECT.format("")
    assert {(int(str(s).removeprefix(prefix)), rule) for s, rule in found} == FINDINGS


@pytest.mark.parametrize("case", PARTIAL)
def test_a_date_of_which_nothing_is_known_is_placed_by_its_visit_too(
    case: int, study: Study, cases: dict[int, Case], expected: dict[int, dict[str, str]],
    tmp_path: Path,
) -> None:  # fmt: skip
    data = {
        name: [{**g, "dtc_raw": "UNK"} if "dtc_raw" in g else g for g in given]
        if name in ("sledai", "bilag", "pga")
        else given
        for name, given in cases[case]["data"].items()
    }
    built = Built(study, [{"case": case, "data": data}], tmp_path / "unknown")
    assert answers(built.week_24, SUBJECT.format(case)) == told(expected[case])


def test_an_item_left_blank_is_as_missing_as_one_not_done(
    study: Study, cases: dict[int, Case], expected: dict[int, dict[str, str]], tmp_path: Path
) -> None:
    built = Built(study, [cases[n] for n in ITEM_MISSING], tmp_path / "blank", missing_item="")
    for case in ITEM_MISSING:
        assert answers(built.week_24, SUBJECT.format(case)) == told(expected[case])


def test_an_assessment_marked_as_after_the_infusion_is_no_baseline(
    study: Study, cases: dict[int, Case], tmp_path: Path
) -> None:
    """As case 60, told by the form's mark and not by the times: 12 before, 9 after, then 8."""
    data = {
        **cases[1]["data"],
        "sledai": [
            {"day": 1, "total": 12},
            {"day": 1, "total": 9, "post": True},
            {"day": 169, "total": 8},
        ],
    }
    built = Built(study, [{"case": 1, "data": data}], tmp_path / "after")
    got = answers(built.week_24, SUBJECT.format(1))
    assert (got["SLEDCHG"], got["EXPECT_PUBLISHED"]) == (-4, "Y")


def test_items_of_the_other_version_are_scored_and_kept_apart(
    study: Study, cases: dict[int, Case], tmp_path: Path
) -> None:
    """Arthritis 4 and fever 1 of SELENA-SLEDAI: a total of 5, and no change from one of 2K."""
    data = {
        **cases[35]["data"],
        "sledai": [{"day": 1, "total": 10}, {"day": 169, "items": {"9": 1, "22": 1}}],
    }
    built = Built(study, [{"case": 35, "data": data}], tmp_path / "selena")
    rows = built.week_24["ADSLEDAI"]
    total = rows.loc[(SUBJECT.format(35), "SLEDTOT")]
    assert (total["RSCAT"], total["AVAL"]) == ("SELENA-SLEDAI", 5)
    got = answers(built.week_24, SUBJECT.format(35))
    assert (got["SLEDCHG"], got["REASON"]) == (None, "SLEDAI VERSION MIXED; MISSING SRI4SLE")


def test_drawn_cases_have_the_same_answers_from_raw_rows_as_from_sdtm(
    study: Study, tmp_path: Path
) -> None:
    """What is right for them is not known: the way from the forms to SDTM must change nothing."""
    drawn = drawn_cases(120, seed=1)
    raw = Built(study, drawn, tmp_path / "drawn").week_24
    tables = whole_tables(study, sdtm_tables(drawn))
    tabulated = at_week_24(build_adam(study, tables)[0])
    seen = set()
    for case in drawn:
        number = case["case"]
        expected = answers(tabulated, f"C{number:03d}")
        assert answers(raw, SUBJECT.format(number)) == expected, case
        seen.add((expected["EXPECT_PUBLISHED"], expected["HOW"]))
    assert seen == {("Y", "OBSERVED"), ("N", "OBSERVED"), ("N", "NRI")}
