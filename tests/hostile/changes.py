"""The changes that an audit makes to an export: of a cell, of a row, of a subject."""

# ruff: noqa: E501 - the table of changes has one line for each

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.hostile.export import EVENT, INSTANCE, INSTRUMENT, SUBJECT

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.hostile.export import Asked, Export, Row

    New = Callable[[str, Asked, Random], str | None]
    Edit = Callable[[list[Row], Export, Random], str | None]

ARABIC = str.maketrans("0123456789", "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")  # noqa: RUF001
LOOK_ALIKE = str.maketrans(
    "aeopcxAEOPCXBHKMT",
    "\u0430\u0435\u043e\u0440\u0441\u0445\u0410\u0415\u041e\u0420\u0421\u0425\u0412\u041d\u041a\u041c\u0422",
)
CODED = ("yesno", "coded")
NUMBERS = ("integer", "number", "result")
DATES = ("date", "datetime", "partial")
TEXTS = ("text",)
ANY = ("yesno", "coded", *NUMBERS, *DATES, "time", "text")


@dataclass(frozen=True)
class CellKind:
    """A change of one answer of those sorts; `told` if it must be a finding or an error."""

    name: str
    sorts: tuple[str, ...]
    new: New
    told: bool = False
    blank: bool = False
    refused: bool = False


@dataclass(frozen=True)
class RowKind:
    """A change of a subject's rows, made in place; `refused` if reading is expected to refuse."""

    name: str
    edit: Edit
    told: bool = False
    refused: bool = False


@dataclass(frozen=True)
class Change:
    """What was changed: the kind, whose data, where, and what became of them."""

    kind: CellKind | RowKind
    subject: str
    where: str
    form: str
    field: str
    old: str
    new: str
    rows: list[Row]


def constant(*texts: str) -> New:
    """One of these texts."""
    return lambda old, asked, draw: draw.choice([t for t in texts if t != old])


def other_choice(old: str, asked: Asked, draw: Random) -> str | None:
    rest = [code for code in asked.choices if code != old]
    return draw.choice(rest) if rest else None


def translated(table: dict[int, int]) -> New:
    def new(old: str, asked: Asked, draw: Random) -> str | None:
        return old.translate(table) if old.translate(table) != old else None

    return new


def number_changed(old: str, asked: Asked, draw: Random) -> str | None:
    """One digit made another, within the limits."""
    places = [n for n, sign in enumerate(old) if sign.isdigit()]
    if not places or old == "NA":
        return None
    place = places[-1]
    digit = str((int(old[place]) + draw.randint(1, 9)) % 10)
    return old[:place] + digit + old[place + 1 :]


def beyond(old: str, asked: Asked, draw: Random) -> str | None:
    """A number outside the limits of the dictionary."""
    if asked.high:
        return draw.choice([str(int(asked.high) + 1), str(int(asked.low) - 1)])
    return None


def moved(old: str, asked: Asked, draw: Random) -> str | None:
    if not re.match(r"\d{4}-\d\d-\d\d", old):
        return None
    day = date.fromisoformat(old[:10]) + timedelta(days=draw.choice([-40, -1, 1, 2, 400]))
    return f"{day}{old[10:]}"


def shaped(*patterns: str) -> New:
    """The parts of a full date in another shape; only what is such a date."""

    def new(old: str, asked: Asked, draw: Random) -> str | None:
        match = re.match(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)(?P<t>.*)", old)
        return draw.choice(patterns).format(**match.groupdict()) if match else None

    return new


def day_changed(old: str, asked: Asked, draw: Random) -> str | None:
    """Another day, month or year of a date as the sites write it: DD-MMM-YYYY."""
    day, _, rest = old.partition("-")
    return f"{'11' if day != '11' else '12'}-{rest}"


def clock(old: str, asked: Asked, draw: Random) -> str | None:
    if not re.fullmatch(r"\d\d:\d\d", old):
        return None
    return f"{(int(old[:2]) + draw.randint(1, 5)) % 24:02d}{old[2:]}"


def reworded(old: str, asked: Asked, draw: Random) -> str | None:
    return draw.choice([f"{old} twice", f"Not {old}", old[:-1] or "x"])


def swapped_case(old: str, asked: Asked, draw: Random) -> str | None:
    return old.swapcase() if old.swapcase() != old else None


def spaced(old: str, asked: Asked, draw: Random) -> str | None:
    return old.replace(" ", "  ") if " " in old else None


def around(before: str, after: str) -> New:
    return lambda old, asked, draw: before + old + after


def with_sign(*signs: str) -> New:
    """A character put into the text."""
    return lambda old, asked, draw: (
        old[:1] + draw.choice(signs) + old[1:] if len(old) > 1 and old[1] != " " else None
    )


def filled(old: str, asked: Asked, draw: Random) -> str | None:
    samples = {
        "integer": asked.low or "7", "number": asked.low or "7", "result": "7.5",
        "date": "2017-08-09", "datetime": "2017-08-09 10:11", "partial": "09-AUG-2017",
        "time": "10:11", "text": "An added text",
    }  # fmt: skip
    return draw.choice(asked.choices) if asked.choices else samples[asked.sort]


def unit_or_limit(old: str, asked: Asked, draw: Random) -> str | None:
    return filled(old, asked, draw) if re.search("_(u|lo|hi)$", asked.name) else None


ODD_NUMBERS = ("1,234", "0x1F", "30x", "Inf", "NaN", "-inf", "1_000", "5,5", "1/2", "five", "++5",
               "1e999", "5 6", "--", "~5", "5*", "120-130", "1.2.3", "5%", "nan", "\u00bd", "\u00b2")  # fmt: skip
LIMITED = ("integer", "number")
CELLS = (
    CellKind("another choice", (*CODED, "box"), other_choice),
    CellKind("no choice of the form", CODED, constant("7", "99", "17", "-1"), told=True),
    CellKind("yes or no in other words", ("yesno",), constant("Y", "yes", "7", "true", "N", "x", "01", "1.0", "+1", "TRUE"), told=True),
    CellKind("a code in another case", CODED, swapped_case, told=True),
    CellKind("a code with a zero before it", CODED, around("0", ""), told=True),
    CellKind("a code with a decimal", CODED, around("", ".0"), told=True),
    CellKind("Arabic digits", (*CODED, *NUMBERS, *DATES, "time"), translated(ARABIC), told=True),
    CellKind("full-width digits", (*CODED, *NUMBERS, *DATES, "time"), translated(WIDE), told=True),
    CellKind("a missing-data code", ANY, constant("UNK", "NASK", "ND", "NA")),
    CellKind("a missing-data code in another case", ANY, constant("unk", "nd", "Na"), told=False),
    CellKind("a number changed", NUMBERS, number_changed),
    CellKind("a number outside its limits", NUMBERS, beyond, told=True),
    CellKind("no number", NUMBERS, constant(*ODD_NUMBERS), told=True),
    CellKind("a number in powers", NUMBERS, constant("1e1", "1E2", "2.5e0")),
    CellKind("a number with a sign", NUMBERS, constant("-0", "-5", "+5")),
    CellKind("a decimal of a whole number", ("integer",), around("", ".5"), told=True),
    CellKind("a zero more at the end", ("number", "result"), around("", "0")),
    CellKind("a number with a comparator", LIMITED, around("<", ""), told=True),
    CellKind("an answer deleted", ANY, constant("")),
    CellKind("an answer added", ANY, filled, blank=True),
    CellKind("a unit or limit added", (*CODED, "number"), unit_or_limit, blank=True),
    CellKind("a date moved", DATES, moved),
    CellKind("the day of a date changed", ("partial",), day_changed),
    CellKind("a date without its day", ("date", "datetime"), shaped("{y}-{m}", "{y}", "{y}-UN-UN")),
    CellKind("a date that cannot be", ("date", "datetime"), shaped("{y}-02-30", "{y}-13-{d}", "{y}-{m}-00", "{y}-{m}-32"), told=True),
    CellKind("a date in another style", ("date", "datetime"), shaped("{d}/{m}/{y}", "{d}-{m}-{y}", "{m}/{d}/{y}", "{y}{m}{d}", "{y}/{m}/{d}", "{d}.{m}.{y}")),
    CellKind("a date of another age", ("date", "datetime"), shaped("00{d}-{m}-{d}{t}", "2999-{m}-{d}{t}", "9999-12-31")),
    CellKind("no date", DATES, constant("soon", "31-FEB-2017", "99-AUG-2017", "2017-W05", "09-AUX-2017", "0", "42890"), told=True),
    CellKind("a date of unknown parts", ("partial",), constant("UN-UNK-2016", "UN-MAR-2016", "UN-UNK-UNKN", "2016", "MAR-2016", "UNK")),
    CellKind("a date with a time", ("date", "partial"), around("", " 10:11")),
    CellKind("a time changed", ("time",), clock),
    CellKind("no time", ("time",), constant("25:00", "24:01", "8h05", "after lunch", "10:60", "0805", "-1:00"), told=True),
    CellKind("a time in another style", ("time",), constant("7:05", "07:05:30", "7:05 PM", "07.05")),
    CellKind("a text changed", TEXTS, reworded),
    CellKind("a text in another case", TEXTS, swapped_case),
    CellKind("look-alikes of another script", TEXTS, translated(LOOK_ALIKE)),
    CellKind("a character that is not ASCII", TEXTS, with_sign("é", "µ", "≥", "\u200b", "\u00ad", "😀", "\u202e")),
    CellKind("a control character", TEXTS, with_sign("\x01", "\x07", "\x1b", "\x7f", "\x85")),
    CellKind("a line break", TEXTS, with_sign("\n", "\t", "\x0b", "\u2028")),
    CellKind("inner blanks doubled", TEXTS, spaced),
    CellKind("a blank in the middle", ANY, with_sign(" ")),
    CellKind("a hard blank at the end", ANY, around("", "\u00a0")),
    CellKind("blanks at the ends", ANY, around(" ", "  ")),
    CellKind("a quoted answer", ANY, around("'", "'")),
    CellKind("an answer not of its sort", (*NUMBERS, *DATES, "time", *CODED), constant("see comment", "?", "#N/A", "null"), told=True),
    CellKind("a box that is blank", ("box",), constant("")),
    CellKind("a box that is no box", ("box",), constant("2", "x"), told=True, refused=True),
)  # fmt: skip


def status(*values: str) -> Edit:
    def edit(rows: list[Row], export: Export, draw: Random) -> str | None:
        places = [
            (row, f"{f}_complete")
            for row in rows
            for f in export.of_row(row)
            if row[f"{f}_complete"] == "2"
        ]
        row, name = draw.choice(places)
        row[name] = draw.choice(values)
        return f"{name} at {_place(row)} is {row[name]!r}"

    return edit


def _place(row: Row) -> str:
    return " ".join(filter(None, (row[EVENT], row[INSTRUMENT], row[INSTANCE])))


def _instances(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row[INSTRUMENT]]


def _visits(rows: list[Row]) -> list[Row]:
    return [row for row in rows if not row[INSTRUMENT]]


def row_deleted(of: Callable[[list[Row]], list[Row]]) -> Edit:
    def edit(rows: list[Row], export: Export, draw: Random) -> str | None:
        row = draw.choice(of(rows))
        rows.remove(row)
        return _place(row)

    return edit


def subject_deleted(rows: list[Row], export: Export, draw: Random) -> str:
    rows.clear()
    return "all"


def instance_doubled(rows: list[Row], export: Export, draw: Random) -> str:
    row = draw.choice(_instances(rows))
    rows.append(row | {INSTANCE: "77"})
    return _place(row)


def repeated_as_it_is(rows: list[Row], export: Export, draw: Random) -> str:
    row = draw.choice(rows)
    rows.append(dict(row))
    return _place(row)


def column_set(of: Callable[[list[Row]], list[Row]], column: str, *values: str) -> Edit:
    def edit(rows: list[Row], export: Export, draw: Random) -> str:
        row = draw.choice(of(rows))
        before = _place(row)
        row[column] = draw.choice([v for v in values if v != row[column]])
        return f"{before}: {column} is {row[column]!r}"

    return edit


def row_of_another(rows: list[Row], export: Export, draw: Random) -> str:
    row = draw.choice(rows)
    row[SUBJECT] += "-2"
    return _place(row)


def events_swapped(rows: list[Row], export: Export, draw: Random) -> str | None:
    one, two = draw.sample([r for r in _visits(rows) if r[EVENT].startswith("week")], 2)
    one[EVENT], two[EVENT] = two[EVENT], one[EVENT]
    return f"{one[EVENT]} and {two[EVENT]}"


def event_changed(rows: list[Row], export: Export, draw: Random) -> str | None:
    taken = {row[EVENT] for row in rows}
    free = [event for event in export.planned if event not in taken]
    if not free:
        return None
    row = draw.choice([r for r in _visits(rows) if r[EVENT].startswith("week")])
    before, row[EVENT] = row[EVENT], draw.choice(free)
    return f"{before} is {row[EVENT]}"


def form_at_another_event(rows: list[Row], export: Export, draw: Random) -> str | None:
    """The answers of a form moved to an event at which it is not asked."""
    here = draw.choice(
        [r for r in _visits(rows) if r[EVENT].startswith("week_24")] or _visits(rows)
    )
    form = draw.choice(sorted(export.of_row(here) - {"visit"}) or ["visit"])
    there = [r for r in _visits(rows) if form not in export.planned[r[EVENT]]]
    if not there:
        return None
    other = draw.choice(there)
    names = [n for n, asked in export.fields.items() if asked.form == form] + [f"{form}_complete"]
    if not any(here[n] for n in names[:-1]):
        return None
    for name in names:
        other[name], here[name] = here[name], ""
    return f"{form} from {here[EVENT]} to {other[EVENT]}"


def form_emptied(rows: list[Row], export: Export, draw: Random) -> str | None:
    """All answers of a form deleted, its status too."""
    row = draw.choice(rows)
    answered = {a.form for n, a in export.fields.items() if row[n] and a.sort != "box"}
    forms = sorted(export.of_row(row) & answered)
    if not forms:
        return None
    form = draw.choice(forms)
    for name in [n for n, asked in export.fields.items() if asked.form == form]:
        row[name] = ""
    row[f"{form}_complete"] = ""
    return f"{form} at {_place(row)}"


def answers_only(rows: list[Row], export: Export, draw: Random) -> str | None:
    """All answers of a form deleted, its status left at complete."""
    row = draw.choice(_visits(rows))
    answered = {a.form for n, a in export.fields.items() if row[n] and a.sort != "box"}
    forms = sorted(export.of_row(row) & answered)
    if not forms:
        return None
    form = draw.choice(forms)
    for name, asked in export.fields.items():
        if asked.form == form:
            row[name] = "0" if asked.sort == "box" else ""
    return f"{form} at {_place(row)}"


def renamed(*ends: str) -> Edit:
    def edit(rows: list[Row], export: Export, draw: Random) -> str:
        name = draw.choice(ends).format(rows[0][SUBJECT])
        for row in rows:
            row[SUBJECT] = name
        return f"{name!r}"

    return edit


ROWS = (
    RowKind("status incomplete or unverified", status("0", "1"), told=True),
    RowKind("status blank", status(""), told=False),
    RowKind("status unknown", status("3", "x"), told=True, refused=True),
    RowKind("an instance deleted", row_deleted(_instances)),
    RowKind("a visit deleted", row_deleted(_visits)),
    RowKind("a subject deleted", subject_deleted),
    RowKind("an instance doubled under another number", instance_doubled),
    RowKind("a row doubled", repeated_as_it_is, told=True, refused=True),
    RowKind("an instance renumbered", column_set(_instances, INSTANCE, "55")),
    RowKind("an instance without a number", column_set(_instances, INSTANCE, "", "x", "0", "-1", "1.0", "\u0661"), told=True),
    RowKind("a number at a form that does not repeat", column_set(_visits, INSTANCE, "5"), told=True),
    RowKind("an instance at an event not planned", column_set(_instances, EVENT, "week_4_arm_1", "screening_arm_1"), told=True),
    RowKind("an unknown event", column_set(lambda r: r, EVENT, "week_3_arm_1", "", "WEEK_4_ARM_1"), told=True, refused=True),
    RowKind("an unknown form", column_set(_instances, INSTRUMENT, "adverse_event", "AE"), told=True, refused=True),
    RowKind("an instance of another form", column_set(_instances, INSTRUMENT, "visit", "disposition"), told=True, refused=True),
    RowKind("two visits exchanged", events_swapped),
    RowKind("a visit at another event", event_changed),
    RowKind("a form at another event", form_at_another_event, told=True),
    RowKind("a form emptied", form_emptied),
    RowKind("the answers of a complete form deleted", answers_only),
    RowKind("the subject renamed", renamed("{}X", "0{}", "S-{}")),
    RowKind("one row of a new subject", row_of_another),
    RowKind("a row without a subject", column_set(lambda r: r, SUBJECT, "", " "), told=True, refused=True),
)  # fmt: skip


class Drawer:
    """Draws changes so that every field has its turn under every kind."""

    def __init__(self, export: Export, draw: Random) -> None:
        self.export, self.draw = export, draw
        self.seen: Counter[tuple[str, str]] = Counter()

    def change(self, kind: CellKind | RowKind, subject: str, rows: list[Row]) -> Change | None:
        made = [dict(row) for row in rows]
        if isinstance(kind, RowKind):
            where = kind.edit(made, self.export, self.draw)
            return None if where is None else Change(kind, subject, where, "", "", "", "", made)
        return self._cell(kind, subject, made)

    def _cell(self, kind: CellKind, subject: str, rows: list[Row]) -> Change | None:
        places: dict[str, list[Row]] = {}
        for row in rows:
            forms = self.export.of_row(row)
            for name, asked in self.export.fields.items():
                if (
                    asked.form in forms
                    and asked.sort in kind.sorts
                    and (row[name] == "") == kind.blank
                ):
                    places.setdefault(name, []).append(row)
        order = sorted(places, key=lambda name: (self.seen[kind.name, name], self.seen["", name],
                                                 self.draw.random()))  # fmt: skip
        for name in order:
            row, asked = self.draw.choice(places[name]), self.export.fields[name]
            old = row[name]
            new = kind.new(old, asked, self.draw)
            self.seen[kind.name, name] += 1
            if new is None or new == old:
                continue
            self.seen["", name] += 1
            row[name] = new
            where = f"{asked.form}.{name} ({asked.sort}) at {_place(row)}: {old!r} is {new!r}"
            return Change(kind, subject, where, asked.form, name, old, new, rows)
        return None
