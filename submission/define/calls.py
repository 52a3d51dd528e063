"""The rules of a variable as calls that can be repeated: functions, sources, constants, conditions.

One rule is one line, as in `latest("DS.DSSTDTC", where=[("DSCAT", "EQ", ["DISPOSITION EVENT"])])`;
of several the first that gives a value counts. The lines are the formal expression of a method.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from specs.model import Origin
from specs.where import AnyOf, Where, clauses_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from specs.model import Rule
    from specs.where import Condition

CONTEXT = "cdisckit"
"""The context of a formal expression that holds calls."""

CONSTANT, TAKEN = "constant", "taken"
"""What stands for a function where a rule gives a constant, or another variable's values."""


@dataclass(frozen=True)
class Call:
    """A rule: a function with its sources and constants, or a constant, under conditions.

    `per` names what the records of a parameter are told apart by, for sources that name one, and
    `gives` the column of a function that gives several.
    """

    function: str
    sources: tuple[str, ...]
    constants: Mapping[str, Any]
    when: tuple[Where, ...] = ()
    where: tuple[Where, ...] = ()
    per: tuple[str, ...] = ()
    gives: str = ""


def constant_call(value: str | float, when: Iterable[Condition]) -> str:
    """The line of a constant for the records that meet conditions."""
    return f"{CONSTANT}({', '.join((repr(value), *_conditions('when', when)))})"


def written_call(
    rule: Rule,
    sources: Iterable[str],
    when: Iterable[Condition],
    per: Iterable[str] = (),
    gives: str = "",
) -> str:
    """A rule as a line, for the records that meet conditions; "" where it cannot be repeated.

    `sources` are those of the rule, parameters by their codes.
    """
    conditions = tuple(when)
    if rule.working or any(isinstance(w, AnyOf) for w in (*conditions, *rule.where)):
        return ""  # it reads what no dataset holds, or asks for one of several conditions
    if rule.derivation is not None:
        name, arguments = rule.derivation.name, [json.dumps(source) for source in sources]
    elif rule.origin is Origin.PREDECESSOR:
        name, arguments = TAKEN, [json.dumps(source) for source in sources]
    elif rule.constant is not None and not rule.sources:
        return constant_call(rule.constant, conditions)
    else:
        return ""
    arguments.extend(f"{key}={_plain(value)!r}" for key, value in rule.arguments.items())
    arguments.extend(_conditions("when", conditions))
    arguments.extend(_conditions("where", rule.where))
    if per:
        arguments.append(f"per={list(per)!r}")
    if gives:
        arguments.append(f"gives={gives!r}")
    return f"{name}({', '.join(arguments)})"


def read_calls(text: str) -> tuple[Call, ...]:
    """The calls that lines state; nothing in them is run. ValueError for anything else.

    >>> read_calls('study_day("AESTDTC", "DM.RFSTDTC")')[0].sources
    ('AESTDTC', 'DM.RFSTDTC')
    """
    return tuple(_call(line) for line in text.strip().splitlines())


def _conditions(name: str, conditions: Iterable[Condition]) -> Iterator[str]:
    triples = [(w.variable, w.comparator.value, list(w.values)) for w in clauses_in(conditions)]
    if triples:
        yield f"{name}={triples!r}"


def _plain(value: object) -> object:
    """A constant with frozen mappings and tuples as dict and list, as it is written."""
    if isinstance(value, Mapping):
        return {key: _plain(held) for key, held in value.items()}
    return [_plain(held) for held in value] if isinstance(value, (list, tuple)) else value


def _call(line: str) -> Call:
    """The call that a line states; ValueError where it states none."""
    try:
        node = ast.parse(line, mode="eval").body
    except SyntaxError:
        raise ValueError(f"{line} is not a call") from None
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise ValueError(f"{line} is not a call")  # noqa: TRY004 - a wrong text, not a wrong type
    sources = tuple(str(ast.literal_eval(argument)) for argument in node.args)
    constants = {str(k.arg): ast.literal_eval(k.value) for k in node.keywords}
    conditions = {
        name: tuple(
            Where(variable=variable, comparator=comparator, values=tuple(values))
            for variable, comparator, values in constants.pop(name, ())
        )
        for name in ("when", "where")
    }
    per, gives = tuple(constants.pop("per", ())), str(constants.pop("gives", ""))
    when, where = conditions["when"], conditions["where"]
    return Call(node.func.id, sources, constants, when, where, per, gives)
