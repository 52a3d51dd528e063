"""The reference cases of SRI-4 written on the forms of the worked study, as its EDC exports them.

One record of the export per case; record 7 is case 7. What a case says is written where a site
would write it: an assessment at the event whose window its day is in, a second one of the same
form at an unscheduled event, a steroid as an instance of the log.
"""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

from tests.adam.conftest import FIRST_DAY, SELENA, day_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    Case = Mapping[str, Any]
    Given = Mapping[str, Any]
    Codes = Mapping[str, Mapping[str, str]]
    Line = tuple[str, str, str]  # event, instrument, instance

KEYS = ("record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
LISTS = ("dictionary.csv", "events.csv", "event_forms.csv")

# From the table of visits in trial.md: first and last day of the window.
EVENTS = {
    "screening_arm_1": (-9999, -1),
    "day_1_arm_1": (1, 1),
    "week_4_arm_1": (15, 42),
    "week_8_arm_1": (43, 70),
    "week_12_arm_1": (71, 98),
    "week_16_arm_1": (99, 126),
    "week_20_arm_1": (127, 154),
    "week_24_arm_1": (155, 182),
    "week_36_arm_1": (225, 281),
    "week_52_arm_1": (337, 393),
}
UNSCHEDULED, RUNNING = "unscheduled_arm_1", "running_arm_1"
FORMS = {
    "sledai": ("sledatd", "sledattm", "sled_tpt"),
    "bilag": ("bilagdat", "bilagtim", "bilag_tpt"),
    "pga": ("pgadat", "pgatim", "pga_tpt"),
}
SYSTEMS = ("con", "muc", "neu", "msk", "car", "gas", "oph", "ren", "hae")
SCALES = {None: "1", "mm": "2", "cm": "3", "?": ""}  # a scale nobody knows is left blank

# Words of the cases that stand on the form in other words; all others stand there as they are.
LABELS = {"QOD": "EVERY OTHER DAY"}
CODED = {"drug": "predtrt", "freq": "predfrq", "route": "predroute"}
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def write_export(
    cases: Iterable[Case], study: Path, out: Path, *, missing_item: str = "ND"
) -> Path:
    """Write `out/raw` with the cases, and give `out`, from which the study's raw data are read.

    `missing_item` is how the site left a SLEDAI item it could not score.
    """
    raw = study / "raw"
    codes = codes_of(study)
    (out / "raw").mkdir(parents=True)
    for name in LISTS:
        shutil.copyfile(raw / name, out / "raw" / name)
    with (raw / "data.csv").open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    with (out / "raw" / "data.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
        writer.writeheader()
        for case in cases:
            for line, answers in lines_of(case["data"], codes, missing_item).items():
                keys = (str(case["case"]), *line)
                writer.writerow({**dict(zip(KEYS, keys, strict=True)), **answers})
    return out


def codes_of(study: Path) -> Codes:
    """For each word a case has of a steroid the form's codes of its choices, by their labels."""
    with (study / "raw" / "dictionary.csv").open(encoding="utf-8", newline="") as file:
        fields = {row["Variable / Field Name"]: row for row in csv.DictReader(file)}
    codes: dict[str, dict[str, str]] = {}
    for word, field in CODED.items():
        choices = fields[field]["Choices, Calculations, OR Slider Labels"].split(" | ")
        pairs = [choice.split(", ", 1) for choice in choices]
        codes[word] = {label.upper(): code for code, label in pairs}
    return codes


def unsayable(data: Mapping[str, Any], codes: Codes) -> list[str]:
    """What a case says of steroids that the form has no choice for."""
    return [
        given[word]
        for given in data.get("cm", [])
        for word in CODED
        if word in given and LABELS.get(given[word], given[word]) not in codes[word]
    ]


def lines_of(
    data: Mapping[str, Any], codes: Codes, missing_item: str
) -> dict[Line, dict[str, str]]:
    """The lines of a record's export: the answers by event, instrument and instance."""
    first = data.get("rfstdtc", FIRST_DAY)
    lines: dict[Line, dict[str, str]] = defaultdict(dict)
    lines["screening_arm_1", "", ""] |= _screening(first)
    lines["day_1_arm_1", "", ""] |= _infusion(data, first)
    for form in FORMS:
        for number, line, given in placed(data.get(form, []), form):
            answers = _timing(form, given, first)
            if form == "sledai":
                versions = data.get("versions", ["SLEDAI-2K"])
                answers |= _sledai(given, versions[min(number, len(versions) - 1)], missing_item)
            elif form == "bilag":
                grades = zip(SYSTEMS, given["grades"], strict=True)
                answers |= {f"bilag_{s}": "ND" if g == "-" else g for s, g in grades}
            else:
                answers |= {"pga_scale": SCALES[given.get("unit")], "pga_value": given["value"]}
            lines[line] |= {**answers, f"{form}_complete": "2"}
    for (event, _, _), answers in lines.items():
        dated = (answers.get(names[0], "") for names in FORMS.values())
        visited = min((day for day in dated if len(day) == len(FIRST_DAY)), default="")
        visited = visited or (first if event == "day_1_arm_1" else "")
        visited = visited or (str(day_text(-28, first)) if event == "screening_arm_1" else "UNK")
        answers |= {"visyn": "1", "visdat": visited, "visit_complete": "2"}
    lines[RUNNING, "", ""] |= {**_disposition(data, first), **_steroid_question(data)}
    logs = {
        "prednisone": _steroids(data, codes, first),
        "medications": _new_treatments(data, first),
    }
    for form, entries in logs.items():
        for number, answers in enumerate(entries, 1):
            lines[RUNNING, form, str(number)] = {**answers, f"{form}_complete": "2"}
    return lines


def placed(several: Iterable[Given], form: str) -> Iterator[tuple[int, Line, Given]]:
    """Each assessment of a form with its number in the case and the line it is written on.

    One whose visit is named is written there; of the others the first of an event's window.
    """
    numbered = sorted(enumerate(several), key=lambda item: "visit" not in item[1])
    taken: set[str] = set()
    unscheduled = 0
    for number, given in numbered:
        event = _event(given)
        if event in taken or event == UNSCHEDULED:
            unscheduled += 1
            yield number, (UNSCHEDULED, "", str(unscheduled)), given
        else:
            taken.add(event)
            yield number, (event, "", ""), given


def _event(given: Given) -> str:
    if "visit" in given:
        return f"{given['visit'].lower().replace(' ', '_')}_arm_1"
    held = (event for event, (low, high) in EVENTS.items() if low <= given["day"] <= high)
    return next(held, UNSCHEDULED)


def _screening(first: str) -> dict[str, str]:
    consent = str(day_text(-35, first))
    criteria = {f"ieinc{n:02d}": "1" for n in range(1, 7)}
    criteria |= {f"ieexc{n:02d}": "0" for n in range(1, 9)}
    return criteria | {
        "icdtc": f"{consent} 09:00", "icver": "2.0", "ieyn": "1", "eligibility_complete": "2",
        "siteid": "001", "brthdat": f"{int(first[:4]) - 30}-01-15", "age": "30", "sex": "1",
        **{f"race___{n}": str(int(n == 5)) for n in range(1, 7)},
        "ethnic": "2", "demographics_complete": "2",
    }  # fmt: skip


def _infusion(data: Mapping[str, Any], first: str) -> dict[str, str]:
    start = data.get("exstdtc", f"{first}T10:30").replace("T", " ")
    return {
        "inf_yn": "1", "inf_kgdose": "1", "inf_weight": "70", "inf_total": "70",
        "inf_stdtc": start, "inf_endtc": f"{first} 23:00", "infusion_complete": "2",
    }  # fmt: skip


def _timing(form: str, given: Given, first: str) -> dict[str, str]:
    day, time, before_or_after = FORMS[form]
    return {
        day: given.get("dtc_raw") or str(day_text(given["day"], first)),
        time: given.get("time", ""),
        before_or_after: "2" if given.get("post") else "",
    }


def _sledai(given: Given, version: str, missing_item: str) -> dict[str, str]:
    answers = {"sled_version": "2" if version == SELENA else "1"}
    answers["sled_total"] = str(given.get("total", ""))
    if "items" in given:
        for number in range(1, 25):
            present = given["items"].get(str(number), 0)
            answers[f"sled{number:02d}"] = missing_item if present is None else str(present)
    return answers


def _disposition(data: Mapping[str, Any], first: str) -> dict[str, str]:
    death, left = data.get("death"), data.get("disc")
    end = str(day_text(next((day for day in (death, left) if day is not None), 365), first))
    reason = "2" if death is not None else "8" if left is not None else ""
    return {
        "dscomp": "0" if reason else "1", "dsstdat": end, "dsdecod": reason, "dslcdat": end,
        "dsdth": "0" if death is None else "1", "dsdthdat": "" if death is None else end,
        "disposition_complete": "2",
    }  # fmt: skip


def _steroid_question(data: Mapping[str, Any]) -> dict[str, str]:
    if "cm" not in data:
        return {"steroid_yn": "", "steroid_status_complete": ""}
    return {"steroid_yn": "1" if data["cm"] else "0", "steroid_status_complete": "2"}


def _steroids(data: Mapping[str, Any], codes: Codes, first: str) -> Iterator[dict[str, str]]:
    for given in data.get("cm", []):
        dose, end = given["dose"], given.get("end_raw") or day_text(given["end"], first)
        words = {"route": "ORAL"} | {w: LABELS.get(given[w], given[w]) for w in CODED if w in given}
        yield {
            **{field: codes[word][words[word]] for word, field in CODED.items()},
            "preddose": "" if dose is None else str(dose),
            "predunit": "1",
            "predprn": "1" if given.get("prn") else "0",
            "predstdat": _typed(given.get("start_raw") or day_text(given["start"], first)),
            "predongo": "0" if end else "1",
            "predendat": _typed(end) if end else "",
        }


def _new_treatments(data: Mapping[str, Any], first: str) -> Iterator[dict[str, str]]:
    days = data.get("prohib", [])
    for day in days if isinstance(days, list) else [days]:
        yield {
            "cmtrt": "Rituximab", "cmdecod": "RITUXIMAB", "cmdose": "1000", "cmunit": "1",
            "cmfrq": "8", "cmroute": "2", "cmprn": "0", "cmstdat": _typed(day_text(day, first)),
            "cmongo": "1", "cmprohib": "1",
        }  # fmt: skip


def _typed(iso: str | None) -> str:
    """A date as the forms ask for it where it may be partial; "UN-FEB-2018" for 2018-02."""
    if iso is None:
        return "UNK"
    year, month, day = (*iso.split("-"), "", "")[:3]
    named = MONTHS[int(month) - 1] if month else "UNK"
    assert not day or date.fromisoformat(iso)
    return f"{day or 'UN'}-{named}-{year}"
