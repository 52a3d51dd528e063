"""Derivations: named Python functions whose docstring is the method text of define.xml.

A derivation is a plain function marked with `@derivation`. Its positional parameters are its
sources (Series), its keyword-only parameters the constants a spec gives under `with`. The first
paragraph of its docstring is submission text, and so are named ones: see `specs.method_texts`.
"""

from __future__ import annotations

import inspect
import pkgutil
import sys
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import FunctionType, MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, overload

from specs.csv_files import read_csv
from specs.errors import SpecError, did_you_mean
from specs.guard import guarded, module_name, raised_at
from specs.method_texts import Filling, Paragraphs, is_table, paragraphs, table_text
from specs.study_modules import SourceAlone, study_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import ModuleType

    import pandas as pd

Function = TypeVar("Function", bound="Callable[..., Any]")

Scope = Literal["value", "record", "subject", "lookup", "dataset"]
Severity = Literal["error", "warning", "notice"]

_MARK, _TABLES = "__derivation__", "__tables__"

_KEPT: Final = 1_000
"""Of so many functions what their signatures and docstrings say is kept."""


@dataclass(frozen=True)
class Outcome:
    """What a derivation returns when some values could not be derived as they should.

    `values` is its result, a Series, or for a parameter a frame whose first column is the value.
    `problems` has, on the same index, a sentence where a value is a finding and null elsewhere. The
    build turns each into a finding with subject and record. `choices` tells of values that one
    record of several gives which these were, and why the others lost, see `specs.choices`.
    """

    values: Any
    problems: pd.Series | None = None
    choices: pd.DataFrame | None = None


@dataclass(frozen=True)
class Derivation:
    """A derivation function with what a spec needs to know of it.

    `scope` tells what it is called with:

    - `record`: Series of one dataset, aligned; gives a Series on the same index
    - `value`: the same, and each value depends only on those beside it, so that it may be called
      with the distinct rows alone
    - `subject`: the Series of many records, then that of their subjects; gives a Series indexed by
      subject
    - `lookup`: Series of the records, and of all records of another dataset; gives a Series on the
      index of the first
    - `dataset`: frames; only functions that make records

    Texts are `str`. To a function that says it takes `categories` they may come as that, and it may
    give them, which spares it the texts of millions of records. `severity` is that of its findings.
    What a `certain` one gives does not count where one of its sources is missing for a finding.
    `gives` are the texts that its value (of several columns AVALC) can be, where these are few.

    `declared` is the place of a study's function that was read and not run, see
    `specs.study_code`.
    """

    name: str
    function: Callable[..., Any]
    scope: Scope
    categories: bool = False
    severity: Severity = "error"
    certain: bool = False
    gives: tuple[str, ...] = ()
    declared: str = ""

    def __reduce__(self) -> tuple[Callable[..., Derivation], tuple[Any, ...]]:
        """In another process a study's function is found by its file, any other by its module."""
        file = getattr(sys.modules.get(self.function.__module__), "__file__", None)
        if file and self.function.__module__ == module_name(Path(file)):
            return _of_study, (Path(file), self.name)
        fields = (
            self.name,
            self.function,
            self.scope,
            self.categories,
            self.severity,
            self.certain,
            self.gives,
            self.declared,
        )
        return Derivation, fields

    @property
    def finding(self) -> str:
        """The id of its findings."""
        return f"CK-{self.name.upper().replace('_', '-')}"

    @property
    def paragraph(self) -> str:
        """The first paragraph of the docstring, on one line, placeholders unfilled."""
        text = inspect.getdoc(self.function) or ""
        return " ".join(text.split("\n\n", 1)[0].split())

    @property
    def sources(self) -> tuple[inspect.Parameter, ...]:
        """The positional parameters (those a `from` fills), `*several` included."""
        kinds = (
            inspect.Parameter.POSITIONAL_ONLY,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            inspect.Parameter.VAR_POSITIONAL,
        )
        sources = tuple(p for p in self._signature.parameters.values() if p.kind in kinds)
        return sources[:-1] if self.scope == "subject" else sources

    @property
    def constants(self) -> tuple[inspect.Parameter, ...]:
        """The keyword-only parameters (those a `with` fills)."""
        return tuple(
            p
            for p in self._signature.parameters.values()
            if p.kind is inspect.Parameter.KEYWORD_ONLY
        )

    @property
    def _signature(self) -> inspect.Signature:
        return _signature(self.function)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that its docstring has a text for, of a function that gives several."""
        return tuple(self.paragraphs.columns)

    def method_text(
        self, sources: Iterable[str], constants: Mapping[str, Any], column: str = ""
    ) -> str:
        """The text of a column, or of the function, with a rule's sources and constants."""
        left = list(sources)
        words: dict[str, Sequence[str]] = {"from": left}
        for parameter in self.sources:
            if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
                words[parameter.name] = left
            else:
                words[parameter.name] = left[:1]
                left = left[1:]
        filling = Filling(
            self.paragraphs,
            words,
            {p.name: constants.get(p.name, _default(p)) for p in self.constants},
            self.name,
            self.declared or self.function.__module__,
        )
        return filling.text(column)

    def tables(self, constants: Mapping[str, Any]) -> tuple[str, ...]:
        """The tables that give its values, as a comment tells them: constants, and its own."""
        constant_tables = (
            table_text(parameter.name, constants[parameter.name])
            for parameter in self.constants
            if is_table(constants.get(parameter.name))
        )
        own: Mapping[str, Path] = getattr(self.function, _TABLES, {})
        read = (table_text(name, [row for _, row in read_csv(own[name])[1]]) for name in own)
        return (*constant_tables, *read)

    def possible(self, constants: Mapping[str, Any]) -> tuple[str, ...]:
        """The texts that it can give by a rule with these constants; none where they are many."""
        values = {p.name: constants.get(p.name, _default(p)) for p in self.constants}
        return tuple(text.format_map(values) for text in self.gives)

    @property
    def paragraphs(self) -> Paragraphs:
        """The paragraphs of the docstring that are submission text."""
        return _paragraphs_of(self.function, (*(p.name for p in (*self.sources, *self.constants)),))

    def check_call(self, sources: int, constants: Iterable[str], where: str) -> None:
        """SpecError when a rule gives too many or few sources, or a constant it does not take."""
        several = any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in self.sources)
        required = sum(
            p.default is inspect.Parameter.empty
            for p in self.sources
            if p.kind is not inspect.Parameter.VAR_POSITIONAL
        )
        if sources < required or (sources > len(self.sources) and not several):
            names = ", ".join(str(p).partition(":")[0] for p in self.sources)
            raise SpecError(
                f"{self.name} takes the sources ({names}), and {sources} are given",
                where=where,
                remedy="list them under from",
            )
        constants_taken = {p.name for p in self.constants}
        for name in constants:
            if name not in constants_taken:
                raise SpecError(
                    f"{self.name} has no constant {name}",
                    where=where,
                    remedy=did_you_mean(name, constants_taken),
                )
        for parameter in self.constants:
            if parameter.default is inspect.Parameter.empty and parameter.name not in constants:
                raise SpecError(
                    f"{self.name} needs the constant {parameter.name}",
                    where=where,
                    remedy=f"give it under with: {{{parameter.name}: ...}}",
                )


@overload
def derivation(function: Function) -> Function: ...


@overload
def derivation(
    *,
    scope: Scope = "record",
    categories: bool = False,
    severity: Severity = "error",
    certain: bool = False,
    gives: tuple[str, ...] = (),
    tables: Mapping[str, Path] | None = None,
) -> Callable[[Function], Function]: ...


def derivation(
    function: Function | None = None,
    *,
    scope: Scope = "record",
    categories: bool = False,
    severity: Severity = "error",
    certain: bool = False,
    gives: tuple[str, ...] = (),
    tables: Mapping[str, Path] | None = None,
) -> Function | Callable[[Function], Function]:
    """Mark a function as a derivation that specs may name.

    `tables` are files with a head that its text speaks of, each by the name it has there. In
    `gives` a constant of a rule stands in braces.
    """

    def mark(marked: Function) -> Function:
        setattr(marked, _MARK, (scope, categories, severity, certain, gives))
        setattr(marked, _TABLES, dict(tables or {}))
        return marked

    return mark(function) if function is not None else mark


def derivations_of(package: ModuleType) -> Mapping[str, Derivation]:
    """All marked functions in the modules of a package, by name."""
    modules = [
        import_module(f"{package.__name__}.{info.name}")
        for info in pkgutil.iter_modules(package.__path__)
    ]
    return _collected(modules)


def study_derivations(file: Path) -> Mapping[str, Derivation]:
    """The marked functions of a study's own `derivations.py`; none when there is no such file."""
    if not file.exists():
        return MappingProxyType({})
    return _collected([module_from(file)])


def module_from(file: Path) -> ModuleType:
    """A Python file of a study, imported by its path; CdisckitError where that does not succeed."""
    module, loader = study_module(file)
    sys.modules[module.__name__] = module
    try:
        with guarded(file.parent, "cannot be run: it raises", file.name, SpecError):
            _execute(file, loader, module)
    except BaseException:
        del sys.modules[module.__name__]
        raise
    return module


def _execute(file: Path, loader: SourceAlone, module: ModuleType) -> None:
    """Run a module of a study; SpecError where it is not Python or imports what is not there."""
    try:
        loader.exec_module(module)
    except SyntaxError as error:
        raise SpecError(
            f"is not Python: {error.msg}",
            where=f"{Path(error.filename or file).name} line {error.lineno}",
            remedy="mend the line",
        ) from None
    except ImportError as error:
        raise SpecError(
            f"cannot be imported ({error})",
            where=raised_at(error, file.parent) or file.name,
            remedy="install what it imports",
        ) from error


def _of_study(file: Path, name: str) -> Derivation:
    """A derivation of a study's file, which is read unless this process has done so."""
    module = sys.modules.get(module_name(file))
    if module is None or module.__file__ != str(file):
        module = module_from(file)
    return _collected([module])[name]


def _collected(modules: Iterable[ModuleType]) -> Mapping[str, Derivation]:
    derivations: dict[str, Derivation] = {}
    for module in modules:
        for name, member in vars(module).items():
            if not isinstance(member, FunctionType) or member.__module__ != module.__name__:
                continue
            if not hasattr(member, _MARK):
                continue
            if name in derivations:
                raise SpecError(
                    f"two derivations are named {name}",
                    where=module.__name__,
                    remedy=f"rename one; the other is in {derivations[name].function.__module__}",
                )
            derivations[name] = Derivation(name, member, *getattr(member, _MARK))
    return MappingProxyType(derivations)


@lru_cache(maxsize=_KEPT)
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function)


@lru_cache(maxsize=_KEPT)
def _paragraphs_of(function: Callable[..., Any], names: tuple[str, ...]) -> Paragraphs:
    return paragraphs(inspect.getdoc(function) or "", names)


def _default(parameter: inspect.Parameter) -> Any:
    return None if parameter.default is inspect.Parameter.empty else parameter.default
