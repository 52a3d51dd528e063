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
from submission.attributes import results

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from specs.model import Dataset, Rule, Variable
    from specs.where import Condition

CONTEXT = "cdisckit"
"""The context of a formal expression that holds calls."""

CONSTANT, TAKEN = "constant", "taken"
"""What stands for a function where a rule gives a constant, or another variable's values."""


@dataclass(frozen=True)
class Call:
    """A rule: a function with its sources and constants, or a constant, under conditions."""

    function: str
    sources: tuple[str, ...]
    constants: Mapping[str, Any]
    when: tuple[Where, ...] = ()
    where: tuple[Where, ...] = ()


def written_calls(dataset: Dataset, variable: Variable) -> str:
    """The rules of a variable as lines; "" where its values come from elsewhere too."""
    assigned = any(variable.name in block.assign for block in dataset.blocks)
    by_parameter = variable.name in results(dataset) and any(p.rule for p in dataset.parameters)
    if assigned or by_parameter or not any(rule.derivation for rule in variable.rules):
        return ""
    lines = [_line(rule) for rule in variable.rules]
    return "\n".join(lines) if all(lines) else ""


def read_calls(text: str) -> tuple[Call, ...]:
    """The calls that lines state; nothing in them is run. ValueError for anything else.

    >>> read_calls('study_day("AESTDTC", "DM.RFSTDTC")')[0].sources
    ('AESTDTC', 'DM.RFSTDTC')
    """
    return tuple(_call(line) for line in text.strip().splitlines())


def _line(rule: Rule) -> str:
    if rule.working or any(isinstance(w, AnyOf) for w in (*rule.when, *rule.where)):
        return ""  # it reads what no dataset holds, or asks for one of several conditions
    if rule.derivation is not None:
        name, given = rule.derivation.name, [json.dumps(source) for source in rule.sources]
    elif rule.origin is Origin.PREDECESSOR:
        name, given = TAKEN, [json.dumps(source) for source in rule.sources]
    elif rule.constant is not None and not rule.sources:
        name, given = CONSTANT, [repr(rule.constant)]
    else:
        return ""
    given.extend(f"{key}={_plain(value)!r}" for key, value in rule.arguments.items())
    given.extend(_conditions("when", rule.when))
    given.extend(_conditions("where", rule.where))
    return f"{name}({', '.join(given)})"


def _conditions(name: str, conditions: Iterable[Condition]) -> Iterator[str]:
    told = [(w.variable, w.comparator.value, list(w.values)) for w in clauses_in(conditions)]
    if told:
        yield f"{name}={told!r}"


def _plain(value: object) -> object:
    """A constant with frozen mappings and tuples as dict and list, as it is written."""
    if isinstance(value, Mapping):
        return {key: _plain(held) for key, held in value.items()}
    return [_plain(held) for held in value] if isinstance(value, (list, tuple)) else value


def _call(line: str) -> Call:
    try:
        made = ast.parse(line, mode="eval").body
    except SyntaxError:
        raise ValueError(f"{line} is no call") from None
    if not isinstance(made, ast.Call) or not isinstance(made.func, ast.Name):
        raise ValueError(f"{line} is no call")  # noqa: TRY004 - a wrong text, not a wrong type
    sources = tuple(str(ast.literal_eval(argument)) for argument in made.args)
    constants = {str(k.arg): ast.literal_eval(k.value) for k in made.keywords}
    conditions = {
        name: tuple(
            Where(variable=variable, comparator=comparator, values=tuple(values))
            for variable, comparator, values in constants.pop(name, ())
        )
        for name in ("when", "where")
    }
    return Call(made.func.id, sources, constants, conditions["when"], conditions["where"])
