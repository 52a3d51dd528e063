"""How values come about, as cells beside a variable: rule, sources, constants, condition.

A cell has a line per rule, `-` where a rule of several has nothing to say. The rule is a verb, or
the function that derives; sources are separated by commas, constants are JSON, conditions too or
where clauses (`aeongo EQ 1`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from specs.errors import did_you_mean
from specs.rule_models import ORIGINS
from specs.workbooks.value_level import condition_in, json_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from specs.workbooks.sheets import Row

COLUMNS: Final = ("Rule", "Sources", "Constants", "Condition")

CONDITIONS: Final = ("Condition", "Where")
"""The columns, of all sheets with rules, that hold conditions."""

WORDS: Final = ("standard", "absent")
"""What stands for a rule: that of the guide, or that the variable is not there."""

_NOTHING: Final = "-"
_SHOWN: Final = ("from", "with", "when")


def rules_of(entry: Any, own: Iterable[str]) -> list[dict[str, Any]]:
    """The rules in what a file says of a variable, a qualifier or a parameter."""
    if entry in WORDS:
        return [{str(entry): True}]
    if isinstance(entry, list):
        return list(entry)
    rest = {key: value for key, value in entry.items() if key not in tuple(own)}
    rules: list[dict[str, Any]] = rest.get("rules", [rest] if rest else [])
    return rules


def cells(rules: list[dict[str, Any]]) -> Mapping[str, str]:
    """The cells of some rules; blank ones for none."""
    columns = [_cells(rule) for rule in rules]
    return {name: _joined([one[name] for one in columns]) for name in COLUMNS}


def rules_in(row: Row, was: list[dict[str, Any]], problems: list[str]) -> list[dict[str, Any]]:
    """The rules that the cells of a row state; what cells do not show is kept from `was`."""
    lines = {name: row[name].split("\n") if row[name] else [] for name in COLUMNS}
    count = len(lines["Rule"])
    for name, cells in lines.items():
        if cells and len(cells) != count:
            problems.append(
                f"{row.place(name)}: has {len(cells)} lines, and Rule has {count}; write a line for"
                f" each rule, {_NOTHING} for nothing"
            )
            return was
    kept = was if len(was) == count else [{} for _ in range(count)]
    return [
        _rule(
            row,
            {n: cells[i] if cells else "" for n, cells in lines.items()},
            kept[i],
            problems,
        )
        for i in range(count)
    ]


def _cells(rule: Mapping[str, Any]) -> dict[str, str]:
    for word in WORDS:
        if rule.get(word):
            return dict.fromkeys(COLUMNS, "") | {"Rule": word}
    verb = next((name for name in ORIGINS if name in rule), "")
    subject = rule.get(verb)
    constants, sources = rule.get("with"), rule.get("from")
    if verb != "derived":
        constants = subject if isinstance(subject, dict) else None
        sources = None if isinstance(subject, dict) else subject
    listed = sources if isinstance(sources, list) else [sources] if sources else []
    return {
        "Rule": str(subject) if verb == "derived" else verb,
        "Sources": ", ".join(map(str, listed)),
        "Constants": as_json(constants),
        "Condition": as_json(rule.get("when")),
    }


def _rule(
    row: Row, cells: Mapping[str, str], was: Mapping[str, Any], problems: list[str]
) -> dict[str, Any]:
    """The rule that cells state, with what of the old one they do not show."""
    texts = {name: "" if text.strip() == _NOTHING else text.strip() for name, text in cells.items()}
    name = texts["Rule"]
    if name in WORDS:
        return {name: True}
    parsed = {}
    for column in ("Constants", "Condition"):
        try:
            read = condition_in if column == "Condition" else json_in
            parsed[column] = read(texts[column]) if texts[column] else None
        except json.JSONDecodeError as error:
            problems.append(f"{row.place(column)}: {unread(column, texts[column], error)}")
            return dict(was)
    sources = [source.strip() for source in texts["Sources"].split(",") if source.strip()]
    constants = parsed["Constants"]
    rule: dict[str, Any]
    if name not in ORIGINS:
        rule = {"derived": name, "from": sources}
        rule |= {"with": constants} if constants else {}
    elif name == "derived" or (not sources and constants is None):
        problems.append(
            f"{row.place('Rule')}: {name} needs a source or a constant; a value that is derived"
            f" names its function; {did_you_mean(name, ORIGINS)}"
        )
        return dict(was)
    else:
        rule = {name: constants or (sources[0] if len(sources) == 1 else sources)}
    if parsed["Condition"]:
        rule["when"] = parsed["Condition"]
    unseen = {k: v for k, v in was.items() if k not in (*ORIGINS, *_SHOWN, *WORDS)}
    return rule | unseen


def _joined(lines: list[str]) -> str:
    if not any(lines):
        return ""
    return "\n".join(line or _NOTHING for line in lines) if len(lines) > 1 else lines[0]


def unread(column: str, text: str, error: json.JSONDecodeError) -> str:
    """What is wrong with a cell that holds neither JSON nor, where one may stand, a condition."""
    clause = ' nor a condition such as aeongo EQ "1"' if column in CONDITIONS else ""
    return f"is not JSON{clause} ({error.msg}): {text[:60]}"


def as_json(value: Any) -> str:
    """A value as one line of JSON; "" for nothing."""
    return "" if value in (None, {}, [], "") else json.dumps(value, ensure_ascii=False)
