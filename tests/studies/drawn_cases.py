"""Cases of SRI-4 drawn at random, in the form of the reference ones, to reach what those do not."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from tests.adam.conftest import SELENA

if TYPE_CHECKING:
    from collections.abc import Callable

Given = dict[str, Any]

DRUGS = (
    "PREDNISONE", "PREDNISOLONE", "METHYLPREDNISOLONE", "DEXAMETHASONE", "BETAMETHASONE",
    "HYDROCORTISONE", "CORTISONE", "TRIAMCINOLONE", "DEFLAZACORT", "BUDESONIDE", "FLUDROCORTISONE",
)  # fmt: skip
FREQUENCIES = (
    "QD", "QAM", "QPM", "QHS", "BID", "Q12H", "TID", "Q8H", "QID", "Q6H", "QOD", "Q48H", "Q3D",
    "3 TIMES PER WEEK", "2 TIMES PER WEEK", "1 TIME PER WEEK", "EVERY WEEK", "Q24H", "Q36H", "Q4D",
    "4 TIMES PER WEEK", "ONCE", "UNKNOWN", "INTERMITTENT",
)  # fmt: skip
ROUTES = (
    "ORAL", "ORAL", "INTRAVENOUS", "INTRAMUSCULAR", "SUBCUTANEOUS", "INTRA-ARTICULAR",
    "INTRALESIONAL", "TOPICAL", "OPHTHALMIC", "RESPIRATORY (INHALATION)", "NASAL", "RECTAL",
)  # fmt: skip
DOSES = (0.5, 0.75, 1, 1.5, 2.5, 4, 5, 6, 7.5, 8, 10, 12.5, 15, 20, None)
PLAIN: Given = {
    "sledai": [{"day": 1, "total": 10}, {"day": 169, "total": 4}],
    "bilag": [{"day": 1, "grades": "DBEBEEECC"}, {"day": 169, "grades": "DCECEEECC"}],
    "pga": [{"day": 1, "value": "1.8"}, {"day": 169, "value": "1.0"}],
    "cm": [{"drug": "PREDNISONE", "dose": 10, "freq": "QD", "start": -50, "end": None}],
}
DAYS = (-27, -20, 1, 1, 29, 57, 100, 140, 154, 155, 160, 166, 168, 169, 169, 170, 172, 182, 183)


def drawn_cases(number: int, seed: int) -> list[Given]:
    """That many cases, the same for the same seed; what is right for them is not known."""
    rng = Random(seed)
    return [{"case": n, "data": _data(rng)} for n in range(1, number + 1)]


def _data(rng: Random) -> Given:
    """A responder, with one part or more drawn anew."""
    drawn: dict[str, Callable[[], list[Given]]] = {
        "sledai": lambda: _assessments(rng, _sledai),
        "bilag": lambda: _assessments(rng, _bilag),
        "pga": lambda: _assessments(rng, _pga),
        "cm": lambda: [_steroid(rng) for _ in range(rng.choice((0, 1, 1, 2)))],
    }
    changed = rng.sample(sorted(drawn), rng.choice((1, 1, 2, 3, 4)))
    data = {name: draw() if name in changed else PLAIN[name] for name, draw in drawn.items()}
    if rng.random() < 0.05:
        del data["cm"]
    if rng.random() < 0.06:
        versions = ["SLEDAI-2K", SELENA]
        rng.shuffle(versions)
        data["versions"] = versions
    for event, share in (("death", 0.08), ("disc", 0.15), ("prohib", 0.15)):
        if rng.random() < share:
            day = rng.choice((-5, 1, 60, 154, 160, 168, 169, 170, 182, 183, 200))
            data[event] = [day] if event == "prohib" else max(day, 1)
    if rng.random() < 0.3:
        data["exstdtc"] = "2017-11-02T10:30"
    return data


def _assessments(rng: Random, result: Any) -> list[Given]:
    """One before the infusion, one about Week 24, and some more or less."""
    days = [1, 169, *rng.choices(DAYS, k=rng.choice((0, 0, 1, 2)))]
    if rng.random() < 0.1:
        days.pop(rng.randrange(2))
    several = []
    for day in days:
        given: Given = {"day": day, **result(rng, day > 1)}
        if rng.random() < 0.2:
            given["time"] = rng.choice(("08:00", "09:00", "10:30", "15:00"))
        if day == 1 and rng.random() < 0.15:
            given["post"] = True
        if day > 1 and rng.random() < 0.08:
            given |= {"day": None, "dtc_raw": rng.choice(("2018-04", "2018")), "visit": "WEEK 24"}
            given.pop("time", None)
        several.append(given)
    named = [given for given in several if "visit" in given]
    return [given for given in several if given not in named[1:]]  # an event has each form once


def _sledai(rng: Random, after: bool) -> Given:
    if rng.random() < 0.5:
        return {"total": rng.choice((0, 2, 4, 6, 8) if after else (3, 8, 10, 12))}
    present = rng.sample(range(1, 25), rng.choice((0, 1) if after else (1, 2, 3, 4)))
    items: Given = {str(item): 1 for item in present}
    if rng.random() < 0.15:
        items[str(rng.randrange(1, 25))] = None
    return {"items": items} | ({"total": 5} if rng.random() < 0.2 else {})


def _bilag(rng: Random, after: bool) -> Given:
    grades = ["DBEBEEECC", "DCECEEECC", "DCECEEEBC", "DCECEEEBB", "ACECEEECC", "DBECEEECA"]
    text = list(rng.choice(grades if after and rng.random() < 0.3 else grades[:2]))
    if rng.random() < 0.1:
        text[rng.randrange(9)] = "-"
    return {"grades": "-" * 9 if rng.random() < 0.05 else "".join(text)}


def _pga(rng: Random, after: bool) -> Given:
    unit = rng.choice((*[None] * 8, "mm", "cm", "?"))
    values = {"mm": ("30", "40", "50", "101"), "cm": ("3", "4.0", "5", "10.5")}
    given: Given = {
        "value": rng.choice(values.get(unit, ("0", "1.2", "1.5", "1.50", "1.51", "3.1")))
    }
    return given if unit is None else given | {"unit": unit}


def _steroid(rng: Random) -> Given:
    start = rng.choice((-100, -50, 1, 60, 130, 140, 141, 145, 150, 168, 169))
    end = rng.choice((None, None, start, start + 10, start + 90))
    given: Given = {
        "drug": rng.choice(DRUGS[:1] * 24 + DRUGS),
        "dose": rng.choice(DOSES[:11] * 5 + DOSES),
        "freq": rng.choice(FREQUENCIES[:1] * 48 + FREQUENCIES),
        "start": start,
        "end": None if end is None or end == 0 else end,
    }
    if rng.random() < 0.4:
        given["route"] = rng.choice(ROUTES)
    if rng.random() < 0.1:
        given["prn"] = True
    if rng.random() < 0.1:
        given["start"] = None
    elif rng.random() < 0.1:
        given["start_raw"] = rng.choice(("2017", "2017-10", "2018-03", "2018-04"))
    if given["end"] is not None and rng.random() < 0.1:
        given["end_raw"] = rng.choice(("2018", "2018-03", "2018-04"))
    return given
