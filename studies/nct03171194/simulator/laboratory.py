"""The forms of the laboratory: chemistry, complement, antibodies, cells and GARP-TGFb."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from .course import DNA_BINDING, LEUKOPENIA, LOW_COMPLEMENT, PROTEINURIA, THROMBOCYTOPENIA
from .export import chosen, date, fixed, where, whole

if TYPE_CHECKING:
    from .export import Columns, Dates, Floats
    from .measure import Draw

LYMPHOCYTES = ("bcell", "bdn", "bmsw", "btrans", "bnact", "treg", "helios")
ANTIBODIES = {"dsdna": 30, "smith": 20, "rnp": 20, "ssa": 20, "ssb": 20, "card": 20}


def _test(name: str, value: pa.Array, unit: pa.Array, low: str, high: str) -> dict[str, pa.Array]:
    size = len(value)
    limits = {name + "_lo": low, name + "_hi": high}
    return {
        name: value,
        name + "_u": unit,
        **{field: pa.array([limit or None] * size, pa.string()) for field, limit in limits.items()},
    }


def _either(
    draw: Draw, name: str, value: Floats, factor: float, places: tuple[int, int],
    limits: tuple[float, float],
) -> Columns:  # fmt: skip
    """A result in conventional units, or times the factor in SI units, with matching limits."""
    si = draw.day >= draw.course.si_units_from
    low, high = (np.full(draw.n, limit) for limit in limits)
    own, other = places
    texts = [where(si, fixed(number * factor, other), fixed(number, own))
             for number in (value, low, high)]  # fmt: skip
    return {name: texts[0], name + "_u": whole(1 + si), name + "_lo": texts[1],
            name + "_hi": texts[2]}  # fmt: skip


def labs(draw: Draw, visit: Dates) -> Columns:
    """Creatinine, transaminases, blood count and urine protein."""
    n, items = draw.n, draw.items
    white = np.where(items[:, LEUKOPENIA], draw.between(2.1, 2.9), draw.level("wbc", 0.04))
    plates = np.where(items[:, THROMBOCYTOPENIA], draw.between(60, 95), draw.level("plat"))
    leaking = items[:, PROTEINURIA]
    ratio = np.where(leaking, draw.between(0.6, 1.8), draw.level("upcr", 0.1))
    collected = leaking & (draw.rng.random(n) < 0.5)
    one, two = draw.all(1), draw.all(2)
    return {
        "lbdat": date(visit),
        "lbtim": draw.minutes(20),
        "lbfast": whole(draw.rng.random(n) < 0.3),
        **_either(draw, "lb_creat", draw.level("creat"), 88.42, (2, 0), (0.5, 1.1)),
        **_test("lb_alt", fixed(draw.level("alt", 0.1), 0), one, "7", "40"),
        **_test("lb_ast", fixed(draw.level("ast", 0.1), 0), one, "10", "40"),
        **_test("lb_hgb", fixed(draw.level("hgb", 0.02), 1), one, "11.7", "15.5"),
        **_test("lb_wbc", fixed(white, 1), one, "4.0", "10.5"),
        **_test("lb_neut", fixed(white * draw.level("neut"), 2), one, "1.80", "7.70"),
        **_test("lb_lym", fixed(white * draw.level("lym", 0.03), 2), one, "1.00", "4.00"),
        **_test("lb_plat", fixed(plates, 0), two, "150", "400"),
        **_test("lb_upcr", where(ratio < 0.05, "<0.05", fixed(ratio, 2)), one, "", "0.20"),
        "lb_uprot": where(collected, fixed(ratio * 1.05, 2)),
        "lb_uprot_u": where(collected, one),
        "lb_uprot_hi": where(collected, draw.all("0.15")),
    }


def complement(draw: Draw, visit: Dates) -> Columns:
    """C3, C4 and CH50; below their limits where the SLEDAI item says so."""
    low = draw.items[:, LOW_COMPLEMENT]
    c3 = np.where(low, draw.between(58, 82), draw.level("c3", 0.03))
    c4 = np.where(low, draw.between(5, 9.4), draw.level("c4", 0.06))
    ch50 = fixed(draw.level("ch50", 0.04), 0)
    return {
        "compdat": date(visit),
        "comptim": draw.minutes(20),
        **_either(draw, "lb_c3", c3, 0.01, (0, 2), (88, 165)),
        **_either(draw, "lb_c4", c4, 0.01, (0, 2), (10, 40)),
        **_test("lb_ch50", ch50, draw.all(1), "31", "70"),
    }


def autoantibodies(draw: Draw, visit: Dates) -> Columns:
    """ANA as a titer, the others against their upper limit."""
    bound = draw.items[:, DNA_BINDING]
    excess = 1.2 + 4 * draw.level("high", 0.04) * (1 - 0.4 * np.clip(draw.trend, 0, 1))
    dna = ANTIBODIES["dsdna"] * np.where(bound, excess, 0.9 * draw.level("high"))
    values = {"dsdna": dna} | {
        name: limit * draw.level(name) * (1 - 0.15 * draw.trend)
        for name, limit in ANTIBODIES.items()
        if name != "dsdna"
    }
    titers = ("1:40", "1:80", "1:160", "1:320", "1:640", "1:1280", "1:2560")
    ana = np.clip(np.rint(draw.people.normal["ana"] - draw.trend), 0, 6).astype(np.int64)
    columns: dict[str, pa.Array] = {
        "isdat": date(visit),
        "istim": draw.minutes(20),
        "is_ana": chosen(titers, ana),
        "is_ana_hi": draw.all("1:40"),
    }
    for name, value in values.items():
        columns[f"is_{name}"] = where(value < 5, "<5", fixed(value, 0))
        columns[f"is_{name}_u"] = draw.all(1)
        columns[f"is_{name}_hi"] = draw.all(ANTIBODIES[name])
    return columns


def flow_cytometry(draw: Draw, visit: Dates) -> Columns:
    """B and T cell subsets; the trend follows the effect of the treatment."""
    since = 1 - np.exp(-np.maximum(draw.day - 1, 0) / 50)
    change = {"bdn": -0.45, "bmsw": -0.35, "btrans": 1.3, "bnact": -0.4}
    usable = draw.rng.random(draw.n) > 0.01
    columns: dict[str, pa.Array] = {
        "cpdat": date(visit),
        "cptim": draw.minutes(20),
        "cpyn": whole(usable),
    }
    for name in LYMPHOCYTES:
        value = draw.level(name, 0.025) * (1 + change.get(name, 0) * draw.trend)
        if name == "helios":
            value *= 1 + 0.3 * since * draw.course.helios
        columns[f"cp_{name}"] = where(usable, fixed(value, 0 if name == "bcell" else 1))
        columns[f"cp_{name}_u"] = where(usable, draw.all(1))
    return columns


def garp(draw: Draw, visit: Dates) -> Columns:
    """GARP-TGFb in plasma."""
    value = draw.level("garp", 0.03) * (1 + 0.8 * draw.trend)
    return {
        "garpdat": date(visit),
        "garptim": draw.minutes(20),
        "garp_val": fixed(value, 1),
        "garp_val_u": draw.all(1),
    }
