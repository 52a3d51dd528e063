"""Whether the constants of a rule are of the kinds that its derivation says it takes.

What a constant may be is told by its annotation: `int`, `float`, `str`, `bool`, `Literal[...]`,
lists and mappings of these, the two names below, and for a table of the study a sequence of a
`TypedDict` with the columns that are read. Anything else is not checked.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias, get_args, is_typeddict

from specs.errors import SpecError, did_you_mean, shortened
from specs.numbers import constant

if TYPE_CHECKING:
    from specs.derivation import Derivation

NumberText: TypeAlias = str
"""A number in quotes, which is compared as it is written."""

Numeric: TypeAlias = str | int | float
"""A number, in quotes or not."""

StudyTable: TypeAlias = Sequence[Mapping[str, Any]]
"""A table of the study, as `@name` gives it."""

SourceNames: TypeAlias = Sequence[str]
"""Sources of the rule, by the names they have under `from`."""

Ascending: TypeAlias = Sequence[float]
"""Numbers, each above the one before it."""

_SIMPLE: Mapping[str, tuple[str, tuple[type, ...]]] = {
    "int": ("a whole number", (int,)),
    "float": ("a number", (int, float)),
    "str": ("text (in quotes where it is a number)", (str,)),
    "bool": ("true or false", (bool,)),
}

_LISTS = ("list", "tuple", "Sequence", "Iterable", "SourceNames", "StudyTable", "Ascending")

_MAPPINGS = ("dict", "Mapping")

_LONGEST = 60


def check_constants(
    derivation: Derivation, constants: Mapping[str, Any], where: str, sources: Sequence[str] = ()
) -> None:
    """SpecError naming every constant that is not of its kind, or names no source."""
    scope = getattr(inspect.unwrap(derivation.function), "__globals__", {})
    problems = []
    for parameter in derivation.constants:
        if parameter.name in constants and parameter.annotation is not inspect.Parameter.empty:
            kind = _parsed(parameter.annotation)
            value = constants[parameter.name]
            problem = _problem(kind, value, scope) if kind else ""
            if kind and _name(kind) == "SourceNames" and not problem:
                problem = _problem_of_names(value, sources)
            if problem:
                problems.append(f"constant {parameter.name} of {derivation.name} {problem}")
    if problems:
        raise SpecError(
            "; ".join(problems),
            where=where,
            remedy="mend it under with, a table of study.yaml is named as @table",
        )


def _problem_of_names(names: Sequence[str], sources: Sequence[str]) -> str:
    strange = next((name for name in names if name not in sources), None)
    if strange is None:
        return ""
    return f"names {strange}, which is not a source of the rule; {did_you_mean(strange, sources)}"


def _problem_of_order(numbers: Sequence[Any]) -> str:
    strange = [n for n in numbers if isinstance(n, bool) or not isinstance(n, (int, float))]
    if strange:
        return f"has a value that is {_shown(strange[0])}, expected a number"
    for before, after in pairwise(numbers):
        if not before < after:
            return f"has {after} after {before}, meant are numbers in ascending order"
    return ""


def _problem_of_limits(cells: Mapping[str, Any], number: int) -> str:
    """What is wrong with the limits of an analysis window."""
    low, high = cells.get("AWLO"), cells.get("AWHI")
    if low is None or high is None or low <= high:
        return ""
    return f"is a table whose row {number} has AWLO {low} above AWHI {high}"


def _parsed(annotation: Any) -> ast.expr | None:
    """An annotation as an expression; it is looked at, never run."""
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return None


def _problem(kind: ast.expr, value: Any, scope: Mapping[str, Any]) -> str:
    """What is wrong with a value: "is ten, expected a number"; "" when nothing is."""
    name, inner = _name(kind), _inner(kind)
    if isinstance(kind, ast.BinOp):
        problems = [_problem(side, value, scope) for side in (kind.left, kind.right)]
        return "" if "" in problems else _not(value, kind, scope)
    row = scope.get(_name(inner[0])) if name in _LISTS and inner else None
    if is_typeddict(row):
        return _problem_of_table(value, row, scope)
    if name in _LISTS:
        if isinstance(value, str) or not isinstance(value, (list, tuple)):
            return _not(value, kind, scope)
        if name == "StudyTable" and not all(isinstance(row, Mapping) for row in value):
            return _not(value, kind, scope)
        if name == "Ascending":
            return _problem_of_order(value)
        items = list(value) if inner else []
    elif name in _MAPPINGS:
        if not isinstance(value, Mapping):
            return _not(value, kind, scope)
        items = list(value.values()) if len(inner) == 2 else []
        inner = inner[1:]
    else:
        return "" if _is_simple(kind, value) else _not(value, kind, scope)
    problems = [_problem(inner[0], item, scope) for item in items]
    return next((f"has a value that {problem}" for problem in problems if problem), "")


def _problem_of_table(value: Any, row: Any, scope: Mapping[str, Any]) -> str:
    """What is wrong with a table whose rows are to be a `TypedDict`; "" when nothing is."""
    columns = ", ".join(row.__annotations__)
    meant = f"a table with the columns {columns}"
    if not isinstance(value, (list, tuple)) or not all(isinstance(r, Mapping) for r in value):
        return f"is {_shown(value)}, expected {meant}"
    if not value:
        return f"is a table without rows, expected {meant}"
    for number, cells in enumerate(value, start=1):
        missing = [name for name in row.__annotations__ if name not in cells]
        if missing:
            has = ", ".join(map(str, cells))
            return f"is a table with the columns {has}, expected {meant}"
        for name, annotation in row.__annotations__.items():
            kind = _parsed(getattr(annotation, "__forward_arg__", annotation))
            problem = _problem(kind, cells[name], scope) if kind else ""
            if problem:
                return f"is a table whose {name} in row {number} {problem}"
        problem = _problem_of_limits(cells, number) if "AWLO" in row.__annotations__ else ""
        if problem:
            return problem
    return ""


def _is_simple(kind: ast.expr, value: Any) -> bool:
    name = _name(kind)
    if name == "Literal":
        return value in [ast.literal_eval(choice) for choice in _inner(kind)]
    if name == "None":
        return value is None
    if name in ("NumberText", "Numeric"):
        if isinstance(value, bool) or not isinstance(value, get_args(Numeric)):
            return False
        return (name == "Numeric" or isinstance(value, str)) and _is_number(str(value))
    if name not in _SIMPLE:
        return True
    return isinstance(value, _SIMPLE[name][1]) and (name == "bool") == isinstance(value, bool)


def _is_number(text: str) -> bool:
    try:
        constant(text)
    except ValueError:
        return False
    return True


def _not(value: Any, kind: ast.expr, scope: Mapping[str, Any]) -> str:
    return f"is {_shown(value)}, expected {_meant(kind, scope)}"


def _meant(kind: ast.expr, scope: Mapping[str, Any]) -> str:
    """A kind as a message says it."""
    name, inner = _name(kind), _inner(kind)
    if isinstance(kind, ast.BinOp):
        return f"{_meant(kind.left, scope)} or {_meant(kind.right, scope)}"
    if name == "Literal":
        return " or ".join(str(ast.literal_eval(choice)) for choice in inner)
    if name == "None":
        return "nothing (~)"
    if name == "NumberText":
        return 'a number in quotes, such as "0.3"'
    if name == "Numeric":
        return "a number"
    if name == "StudyTable":
        return "a table of study.yaml (@name)"
    if name == "Ascending":
        return "a list [..., ...] of numbers in ascending order"
    if name in _LISTS:
        return "a list [..., ...]" + (f", of each {_meant(inner[0], scope)}" if inner else "")
    if name in _MAPPINGS:
        return "names and values {name: value}" + (
            f", of each {_meant(inner[1], scope)}" if len(inner) == 2 else ""
        )
    return _SIMPLE[name][0] if name in _SIMPLE else name


def _shown(value: Any) -> str:
    if isinstance(value, str):
        text = f'the text "{value}"'
    elif isinstance(value, (list, tuple)) and value and isinstance(value[0], Mapping):
        return f"a table with the columns {', '.join(map(str, value[0]))}"
    elif value is None:
        text = "nothing"
    elif isinstance(value, bool):
        text = str(value).lower()
    else:
        text = str(value)
    return shortened(text, _LONGEST)


def _name(kind: ast.expr) -> str:
    """`list` of `list[str]`, `Literal` of `typing.Literal["a"]`."""
    if isinstance(kind, ast.Subscript):
        return _name(kind.value)
    if isinstance(kind, ast.Attribute):
        return kind.attr
    if isinstance(kind, ast.Constant):
        return str(kind.value)
    return kind.id if isinstance(kind, ast.Name) else ""


def _inner(kind: ast.expr) -> list[ast.expr]:
    """What stands in the brackets of a kind."""
    if not isinstance(kind, ast.Subscript):
        return []
    return list(kind.slice.elts) if isinstance(kind.slice, ast.Tuple) else [kind.slice]
