"""The reference cases as SDTM tables, one synthetic subject per case."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import adam.derivations
import sdtm.derivations
from adam.build import build_adam
from specs.derivation import derivations_of
from specs.load import load_study
from specs.tables import Table, no_trace

if TYPE_CHECKING:
    from specs.model import Dataset, Study

DATA = Path(__file__).resolve().parent.parent / "data"
FIRST_DAY = "2017-11-02"
# The weights of the 24 items of the index (Bombardier 1992; SLEDAI-2K, Gladman 2002).
WEIGHTS = {**dict.fromkeys(range(1, 9), 8), **dict.fromkeys(range(9, 15), 4),
           **dict.fromkeys(range(15, 22), 2), **dict.fromkeys(range(22, 25), 1)}  # fmt: skip
SELENA = "SELENA-SLEDAI"
SUPPLEMENTAL = {"CM": ["CMPRN", "CMPROHIB"]}
NUMBERS = ("AGE", "RSSTRESN", "QSSTRESN", "CMDOSE", "EXDOSE", "VISITNUM")
COLUMNS = {
    "DM": "STUDYID DOMAIN USUBJID SUBJID SITEID DTHDTC AGE AGEU SEX RACE ETHNIC ARM ACTARM",
    "EX": "STUDYID DOMAIN USUBJID EXTRT EXDOSE EXSTDTC EXENDTC",
    "RS": "STUDYID DOMAIN USUBJID RSTESTCD RSCAT RSORRES RSSTRESC RSSTRESN RSSTAT VISITNUM VISIT"
    " RSDTC RSTPT",
    "QS": "STUDYID DOMAIN USUBJID QSTESTCD QSCAT QSORRES QSORRESU QSSTRESC QSSTRESN VISITNUM VISIT"
    " QSDTC QSTPT",
    "CM": "STUDYID DOMAIN USUBJID CMTRT CMDECOD CMCAT CMPRESP CMOCCUR CMDOSE CMDOSU CMDOSFRQ"
    " CMROUTE CMSTDTC CMENDTC CMENRTPT CMENTPT CMPRN CMPROHIB",
    "DS": "STUDYID DOMAIN USUBJID DSTERM DSDECOD DSCAT DSSTDTC",
}


def sri4_cases() -> list[dict[str, Any]]:
    """The 63 cases: their data, the values expected at Week 24, and why."""
    cases: list[dict[str, Any]] = json.loads((DATA / "sri4_cases.json").read_text("utf-8"))
    return cases


def day_text(day: int | None, first: str = FIRST_DAY) -> str | None:
    """The date of a study day; there is no Day 0."""
    if day is None:
        return None
    return (date.fromisoformat(first) + timedelta(days=day - 1 if day > 0 else day)).isoformat()


def sdtm_tables(cases: list[dict[str, Any]]) -> dict[str, Table]:
    """The cases as SDTM tables; the subject of case 7 is C007."""
    records: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}
    for case in cases:
        for name, record in _records(f"C{case['case']:03d}", case["data"]):
            records[name].append(record)
    return {name: _table(name, rows) for name, rows in records.items()}


def _records(subject: str, data: dict[str, Any]) -> Any:
    first = data.get("rfstdtc", FIRST_DAY)
    death = day_text(data.get("death"), first)
    yield (
        "DM",
        {"USUBJID": subject, "SUBJID": subject, "SITEID": "001", "DTHDTC": death, "AGE": 30}
        | {"AGEU": "YEARS", "SEX": "F", "RACE": "WHITE", "ARM": "MSC", "ACTARM": "MSC"},
    )
    start = data.get("exstdtc", f"{first}T10:30")
    yield (
        "EX",
        {"USUBJID": subject, "EXTRT": "MSC", "EXDOSE": 1, "EXSTDTC": start, "EXENDTC": start},
    )
    versions = data.get("versions", ["SLEDAI-2K", "SLEDAI-2K"])
    for number, given in enumerate(data.get("sledai", [])):
        at = _visit(given, number, first, "RS")
        version = versions[min(number, 1)]
        code = "SLED02" if version == SELENA else "SLED01"
        common = {"USUBJID": subject, "RSCAT": version} | at
        if "total" in given:
            yield "RS", common | _score(f"{code}25", given["total"])
        if "items" in given:
            for item, weight in WEIGHTS.items():
                present = given["items"].get(str(item), 0)
                score = None if present is None else present * weight
                yield "RS", common | _score(f"{code}{item:02d}", score)
    for number, given in enumerate(data.get("bilag", [])):
        at = {"USUBJID": subject, "RSCAT": "BILAG-2004"} | _visit(given, number, first, "RS")
        for system, grade in enumerate(given["grades"], 1):
            known = None if grade == "-" else grade
            yield "RS", at | {"RSTESTCD": f"BLG01G{system}", "RSSTRESC": known, "RSORRES": known}
    for number, given in enumerate(data.get("pga", [])):
        yield "QS", {"USUBJID": subject} | _pga(given) | _visit(given, number, first, "QS")
    yield from _medication(subject, data, first)
    ended = {"USUBJID": subject, "DSCAT": "DISPOSITION EVENT"}
    if death:
        yield "DS", ended | {"DSDECOD": "DEATH", "DSSTDTC": death}
    elif "disc" in data:
        day = day_text(data["disc"], first)
        yield "DS", ended | {"DSDECOD": "WITHDRAWAL BY SUBJECT", "DSSTDTC": day}
    else:
        yield "DS", ended | {"DSDECOD": "COMPLETED", "DSSTDTC": day_text(365, first)}


def _score(code: str, score: int | None) -> dict[str, Any]:
    text = None if score is None else str(score)
    return {"RSTESTCD": code, "RSSTRESN": score, "RSSTRESC": text}


def _pga(given: dict[str, Any]) -> dict[str, Any]:
    unit = given.get("unit")
    factor = {"mm": Fraction(3, 100), "cm": Fraction(3, 10), None: Fraction(1)}.get(unit)
    known = None if factor is None else str(float(Fraction(given["value"]) * factor))
    if unit is None:
        known = given["value"]
    return {
        "QSTESTCD": "PGA0101",
        "QSCAT": "PGA",
        "QSORRES": given["value"],
        "QSORRESU": unit if unit in ("mm", "cm") else None,
        "QSSTRESC": known,
    }


def _visit(given: dict[str, Any], number: int, first: str, domain: str) -> dict[str, Any]:
    dtc = given.get("dtc_raw") or day_text(given["day"], first)
    if given.get("time"):
        dtc = f"{dtc}T{given['time']}"
    return {
        "VISIT": given.get("visit", "UNSCHEDULED"),
        "VISITNUM": 90 + number / 100,
        f"{domain}DTC": dtc,
        f"{domain}TPT": "AFTER" if given.get("post") else None,
    }


def _medication(subject: str, data: dict[str, Any], first: str) -> Any:
    steroid = {"USUBJID": subject, "CMCAT": "CORTICOSTEROID"}
    if "cm" in data:
        question = {"CMTRT": "SYSTEMIC CORTICOSTEROIDS", "CMPRESP": "Y"}
        yield "CM", steroid | question | {"CMOCCUR": "Y" if data["cm"] else "N"}
    for given in data.get("cm", []):
        dose = given["dose"]
        yield (
            "CM",
            steroid
            | {
                "CMTRT": given["drug"],
                "CMDECOD": given["drug"],
                "CMDOSE": None if dose is None else float(dose),
                "CMDOSU": "mg",
                "CMDOSFRQ": given["freq"],
                "CMROUTE": given.get("route", "ORAL"),
                "CMSTDTC": given.get("start_raw") or day_text(given["start"], first),
                "CMENDTC": given.get("end_raw") or day_text(given["end"], first),
                "CMENRTPT": "ONGOING" if given["end"] is None else None,
                "CMPRN": "Y" if given.get("prn") else None,
            },
        )
    days = data.get("prohib", [])
    for day in days if isinstance(days, list) else [days]:
        yield (
            "CM",
            {"USUBJID": subject, "CMTRT": "RITUXIMAB", "CMDECOD": "RITUXIMAB"}
            | {"CMCAT": "OTHER MEDICATION", "CMSTDTC": day_text(day, first), "CMPROHIB": "Y"},
        )


def _table(name: str, rows: list[dict[str, Any]]) -> Table:
    frame = pd.DataFrame(rows, columns=COLUMNS[name].split())
    for column in frame:
        frame[column] = frame[column].astype("float64" if column in NUMBERS else "str")
    frame["STUDYID"] = pd.Series("CASES", index=frame.index, dtype="str")
    frame["DOMAIN"] = pd.Series(name, index=frame.index, dtype="str")
    if name != "DM":
        frame[f"{name}SEQ"] = frame.groupby("USUBJID").cumcount() + 1.0
    qualifiers = SUPPLEMENTAL.get(name, [])
    supplemental = frame[qualifiers] if qualifiers else None
    return Table(name, frame.drop(columns=qualifiers), no_trace(), supplemental)


@pytest.fixture(scope="session")
def study(root: Path) -> Study:
    functions = {**derivations_of(sdtm.derivations), **derivations_of(adam.derivations)}
    return load_study(root / "studies" / "nct03171194", functions)


def empty(dataset: Dataset) -> Table:
    columns = {
        v.name: pd.Series([], dtype="str" if v.type == "Char" else "float64")
        for v in dataset.variables
    }
    qualifiers = {v.name: pd.Series([], dtype="str") for v in dataset.supplemental}
    supplemental = pd.DataFrame(qualifiers) if qualifiers else None
    return Table(dataset.name, pd.DataFrame(columns), no_trace(), supplemental)


def whole_tables(study: Study, filled: dict[str, Table]) -> dict[str, Table]:
    """The SDTM of a study, with the domains and variables that are not given empty."""
    tables = {dataset.name: empty(dataset) for dataset in study.of("SDTMIG")}
    for name, table in filled.items():
        more = tables[name].frame.columns.difference(table.frame.columns)
        without = tables[name].frame[more].reindex(table.frame.index)
        tables[name] = replace(table, frame=table.frame.join(without))
    return tables


@pytest.fixture(scope="session")
def case_tables(study: Study) -> dict[str, Table]:
    """The cases, with the domains and variables they say nothing of empty."""
    return whole_tables(study, sdtm_tables(sri4_cases()))


@pytest.fixture(scope="session")
def case_adam(study: Study, case_tables: dict[str, Table]) -> Any:
    return build_adam(study, case_tables)


@pytest.fixture(scope="session")
def expected() -> dict[int, dict[str, str]]:
    return {case["case"]: case["expected"] for case in sri4_cases()}
