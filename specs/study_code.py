"""What a study's derivations.py declares, read without running it.

Only a build, the analysis and check-spec call the functions of a study. All else needs their names,
sources, constants and texts, and these stand in the file: it is parsed and never executed.
"""

from __future__ import annotations

import ast
import inspect
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, get_args

from specs.derivation import Derivation, Scope
from specs.errors import SpecError
from specs.guard import module_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LARGEST: Final = 2_000_000
"""The most bytes of a Python file that is parsed."""


class NotRunError(SpecError):
    """A function of a study was called that is known and not run."""


def declared_derivations(file: Path) -> Mapping[str, Derivation]:
    """The functions of a derivations.py marked `@derivation`; none when there is no such file.

    Calling one is a NotRunError. A default that is neither a literal nor the name of one is known
    by its text alone.
    """
    if not file.exists():
        return MappingProxyType({})
    tree = _parsed(file)
    marks = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name == "derivation"
    }
    constants = dict(_constants(tree))
    derivations: dict[str, Derivation] = {}
    for function in _functions(tree):
        for decorator in function.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            mark = call.func if call else decorator
            named = mark.id in marks if isinstance(mark, ast.Name) else (
                isinstance(mark, ast.Attribute) and mark.attr == "derivation"
            )  # fmt: skip
            if named:
                derivations[function.name] = _derivation(function, call, file, constants)
    return MappingProxyType(derivations)


def stand_in(
    name: str, text: str, signature: inspect.Signature, module: str, error: SpecError
) -> Any:
    """A function with this name, text and signature that raises an error when it is called."""

    def not_run(*_: Any, **__: Any) -> Any:
        raise error

    not_run.__name__ = not_run.__qualname__ = name
    not_run.__module__ = module
    not_run.__doc__ = text
    not_run.__annotations__ = {}
    not_run.__signature__ = signature  # type: ignore[attr-defined]  # read by inspect
    return not_run


def _parsed(file: Path) -> ast.Module:
    """The syntax tree of a file that is not run; SpecError where it is not Python."""
    if file.stat().st_size > LARGEST:
        raise SpecError(
            f"has more than {LARGEST:,} bytes", where=file.name, remedy="keep data in other files"
        )
    try:
        return ast.parse(file.read_bytes(), filename=file.name)
    except SyntaxError as error:
        raise SpecError(
            f"is not Python: {error.msg}",
            where=f"{file.name} line {error.lineno}",
            remedy="mend the line",
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise SpecError(
            f"is not Python that can be read ({type(error).__name__})",
            where=file.name,
            remedy="mend the file",
        ) from None


def _functions(node: ast.AST) -> Iterator[ast.FunctionDef]:
    """The functions of a module, those under a condition among them, not those of classes."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield child
        elif isinstance(child, (ast.If, ast.Try, ast.With, ast.ExceptHandler)):
            yield from _functions(child)


def _constants(tree: ast.Module) -> Iterator[tuple[str, Any]]:
    """The names that a module gives to literals."""
    for node in tree.body:
        targets: list[ast.expr] = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(node, (ast.Assign, ast.AnnAssign)):
                try:
                    yield target.id, ast.literal_eval(node.value) if node.value else None
                except (ValueError, TypeError, RecursionError):
                    continue


def _derivation(
    function: ast.FunctionDef, call: ast.Call | None, file: Path, constants: Mapping[str, Any]
) -> Derivation:
    """A derivation as its source text declares it, whose function raises instead of running."""
    place = f"{file.name} line {function.lineno}"
    keywords: dict[str, Any] = {}
    for keyword in call.keywords if call else ():
        if isinstance(keyword.value, ast.Constant) and keyword.arg in ("scope", "categories"):
            keywords[keyword.arg] = keyword.value.value
    if keywords.get("scope", "record") not in get_args(Scope):
        raise SpecError(
            f"{keywords['scope']} is not a scope of a derivation",
            where=place,
            remedy=f"choose one of {', '.join(get_args(Scope))}",
        )
    error = NotRunError(
        f"{function.name} is not run",
        where=place,
        remedy="it is code of the study; it runs without --no-study-code",
    )
    placeholder = stand_in(
        function.name,
        ast.get_docstring(function) or "",
        _signature(function.args, constants),
        module_name(file),
        error,
    )
    return Derivation(
        function.name,
        placeholder,
        keywords.get("scope", "record"),
        bool(keywords.get("categories", False)),
        declared=place,
    )


def _signature(arguments: ast.arguments, constants: Mapping[str, Any]) -> inspect.Signature:
    """The signature that a definition states, without evaluating an annotation."""
    positional = [*arguments.posonlyargs, *arguments.args]
    without = len(positional) - len(arguments.defaults)
    defaults = [None] * without + list(arguments.defaults)
    kinds: list[Any] = [inspect.Parameter.POSITIONAL_ONLY] * len(arguments.posonlyargs)
    kinds += [inspect.Parameter.POSITIONAL_OR_KEYWORD] * len(arguments.args)
    parameters = [
        _parameter(one, kind, default, constants)
        for one, kind, default in zip(positional, kinds, defaults, strict=True)
    ]
    if arguments.vararg:
        kind = inspect.Parameter.VAR_POSITIONAL
        parameters.append(_parameter(arguments.vararg, kind, None, constants))
    parameters += [
        _parameter(one, inspect.Parameter.KEYWORD_ONLY, default, constants)
        for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    return inspect.Signature(parameters)


def _parameter(
    argument: ast.arg, kind: Any, default: ast.expr | None, constants: Mapping[str, Any]
) -> inspect.Parameter:
    annotation = (
        ast.unparse(argument.annotation) if argument.annotation else inspect.Parameter.empty
    )
    value = inspect.Parameter.empty if default is None else _value(default, constants)
    return inspect.Parameter(argument.arg, kind, default=value, annotation=annotation)


def _value(node: ast.expr, constants: Mapping[str, Any]) -> Any:
    """The value of a default: a literal, a constant of the module, else its text."""
    if isinstance(node, ast.Name) and node.id in constants:
        return constants[node.id]
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError):
        return ast.unparse(node)
