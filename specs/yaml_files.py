"""YAML files with the line of everything in them, so that every error names its place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import blake2b
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from specs.cache import NO_CACHE, program
from specs.errors import SpecError, did_you_mean, shortened
from specs.yaml_limits import LARGEST, bounded_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from specs.cache import Cache

Model = TypeVar("Model", bound=BaseModel)

_NO_MAPPING, _NO_LIST = "is not a mapping of names to values", "is not a list"

_PLAIN = {
    "model_type": _NO_MAPPING,
    "model_attributes_type": _NO_MAPPING,
    "dict_type": _NO_MAPPING,
    "tuple_type": _NO_LIST,
    "list_type": _NO_LIST,
    "string_type": "is not a text; put it in quotes",
    "missing": "is missing",
}
"""What pydantic says in words of Python, by its type of error."""


@dataclass(frozen=True)
class YamlFile:
    """The content of a YAML file, and where in it everything stands."""

    path: Path
    data: Any
    meant: Callable[[str], str] | None = None  # what a name in the file stands for
    owners: Mapping[str, str] = field(default_factory=dict)  # what `from: NAME` stands for
    shared: Mapping[str, Shared] = field(default_factory=dict)  # variables that it takes from there
    variables: Mapping[str, Any] | None = None  # all in their order, where some are shared

    def place(self, *keys: str | int) -> str:
        """`ae.yaml line 14`: the place of the entry reached by `keys`, or of what leads to it."""
        file, keys = self._written_in(keys)
        return f"{file.path.name} line {file.line(*keys)}"

    def line(self, *keys: str | int) -> int:
        """The line of the entry reached by `keys`, counted from 1."""
        node, line = self.data, 0
        for name in keys:
            key = self._written(node, name)
            try:
                line = _line_in(node, key)
                node = node[key]
            except (KeyError, IndexError, TypeError):
                continue  # pydantic adds names of model variants that are not in the file
        return line + 1

    def parsed(self, model: type[Model]) -> Model:
        """The content as a model; SpecError lists everything that is wrong, each with its line."""
        try:
            return model.model_validate(self._named(self.content))
        except ValidationError as error:
            lines = [self._described(problem, model) for problem in error.errors()]
            raise SpecError("\n".join(dict.fromkeys(lines)), remedy="") from None

    @property
    def content(self) -> dict[str, Any]:
        """What the file says, as plain dicts, lists and scalars, its names as written."""
        content: dict[str, Any] = _plain(self.data)
        return content if self.variables is None else {**content, "variables": dict(self.variables)}

    def _written_in(self, keys: tuple[str | int, ...]) -> tuple[YamlFile, tuple[str | int, ...]]:
        """The file that an entry is written in, and its keys there."""
        if len(keys) > 1 and keys[0] == "variables":
            meant = self.meant or str
            for name, shared in self.shared.items():
                if keys[1] in (name, meant(name)):
                    return replace(shared.file, meant=self.meant), (*shared.keys, *keys[2:])
        return self, keys

    def _written(self, node: Any, key: str | int) -> str | int:
        """The key as the file writes it, where it was given as what it stands for."""
        if self.meant is None or not isinstance(node, CommentedMap) or key in node:
            return key
        return next((k for k in node if isinstance(k, str) and self.meant(k) == key), key)

    def _named(self, node: Any, key: str = "") -> Any:
        """The content with every name replaced by what it stands for."""
        if self.meant is None:
            return node
        if isinstance(node, dict):
            if key == "where":
                return {self._clause(name): self._named(v, name) for name, v in node.items()}
            return {self.meant(name): self._named(value, name) for name, value in node.items()}
        if isinstance(node, list):
            return [self._named(value, key) for value in node]
        if not isinstance(node, str):
            return node
        return self.owners.get(node, self.meant(node)) if key == "from" else self.meant(node)

    def _clause(self, name: str) -> str:
        """What a condition reads: `PGA.--CAT` is QSCAT, as its records are of one dataset."""
        meant = self.meant(name) if self.meant else name
        return meant.rpartition(".")[2] if "--" in name else meant

    def _described(self, problem: Any, model: type[BaseModel]) -> str:
        keys = tuple(problem["loc"])
        file, there = self._written_in(keys)
        name = ".".join(str(key) for key in there if _leads(file.data, there, key))
        message = plain_message(problem)
        if problem["type"] == "extra_forbidden":
            message = f"is not known here; {did_you_mean(str(keys[-1]), known_keys(model, keys))}"
        return f"{self.place(*keys)}: {name}: {message}" if name else f"{self.path.name}: {message}"


def plain_message(problem: Any) -> str:
    """What pydantic finds wrong with a value, without words of Python."""
    message: str = problem["msg"]
    return _PLAIN.get(problem["type"]) or message.removeprefix("Value error, ")


@dataclass(frozen=True)
class Shared:
    """Where a variable is written that a file takes from another one."""

    file: YamlFile
    keys: tuple[str, ...]


def read_yaml(path: Path, cache: Cache = NO_CACHE) -> YamlFile:
    """Read a YAML 1.2 file (UTF-8). SpecError names the line of a syntax error or double key.

    What the `cache` has of a text is not parsed again.
    """
    text = _text_of(path)
    key = blake2b(f"{program()}\0{text}".encode(), digest_size=16).hexdigest() if cache else ""
    data = cache.get("yaml", key)
    if not isinstance(data, CommentedMap):
        data = _parsed(text, path)
        cache.put("yaml", key, data)
    return YamlFile(path, data)


def _text_of(path: Path) -> str:
    """The text of a file; SpecError where it is not there, or no text."""
    try:
        if path.stat().st_size > LARGEST:
            raise SpecError(
                f"has more than {LARGEST:,} bytes",
                where=path.name,
                remedy="divide it, or keep tables in CSV files",
            )
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SpecError(
            "there is no such file", where=str(path), remedy="check the study's folder"
        ) from None
    except UnicodeDecodeError as error:
        raise SpecError(
            f"is not UTF-8 text (byte {error.start})", where=str(path), remedy="save it as UTF-8"
        ) from None
    except OSError as error:
        raise SpecError(
            f"cannot be read ({error.strerror})", where=str(path), remedy="check the study's folder"
        ) from None


def _parsed(text: str, path: Path) -> CommentedMap:
    """The mapping that a text of YAML is; SpecError with the line where it is none."""
    try:
        data = bounded_yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = str(error.problem or error.context).splitlines()[0]
        raise SpecError(
            f"is not YAML: {shortened(problem, 300)}",
            where=f"{path.name} line {line}",
            remedy="mend the line",
        ) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise SpecError(
            "is not YAML: a control character is not allowed",
            where=f"{path.name} line {line}",
            remedy="remove it",
        ) from None
    if not isinstance(data, CommentedMap):
        raise SpecError(
            "holds no keys", where=path.name, remedy="start it with 'dataset:' or 'study:'"
        )
    return data


def records(
    rows: tuple[tuple[Any, ...], ...], file: YamlFile, *keys: str
) -> tuple[Mapping[str, Any], ...]:
    """A table written as a head and rows, as one mapping per row."""
    if not rows:
        return ()
    head = [str(name) for name in rows[0]]
    if len(set(head)) < len(head):
        raise SpecError(
            f"two columns of the table are named {max(head, key=head.count)}",
            where=file.place(*keys, 0),
            remedy="rename one",
        )
    for number, row in enumerate(rows[1:], start=1):
        if len(row) != len(head):
            raise SpecError(
                f"the row has {len(row)} cells, the head of the table has {len(head)}",
                where=file.place(*keys, number),
                remedy="write ~ for a cell without a value",
            )
        for name, value in zip(head, row, strict=True):
            if isinstance(value, (dict, list)):
                raise SpecError(
                    f"{name} is {value}, a cell of a table holds one value",
                    where=file.place(*keys, number),
                    remedy="write text or a number",
                )
    return tuple(MappingProxyType(dict(zip(head, row, strict=True))) for row in rows[1:])


def _line_in(node: Any, key: str | int) -> int:
    if isinstance(node, CommentedMap):
        return int(node.lc.key(key)[0])
    if isinstance(node, CommentedSeq):
        return int(node.lc.item(key)[0])
    raise KeyError(key)


def _leads(data: Any, keys: Sequence[str | int], last: str | int) -> bool:
    """Whether a key of an error's path is one of the file, not a name of a model variant."""
    node = data
    for key in keys:
        if isinstance(node, (CommentedMap, CommentedSeq)):
            is_key = key in node if isinstance(node, CommentedMap) else isinstance(key, int)
            if key == last:
                return is_key or isinstance(node, CommentedMap)
            if is_key:
                node = node[key]
    return False


def known_keys(model: type[BaseModel], keys: Sequence[str | int]) -> Iterable[str]:
    """What could stand where the last of `keys` stands: the fields of the model found there."""
    here = model
    for key in keys[:-1]:
        fields = {name: f for name, f in here.model_fields.items() if key in (name, f.alias)}
        for entry in fields.values():
            here = _model_in(entry.annotation) or here
    return [entry.alias or name for name, entry in here.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model an annotation such as `tuple[RuleFile, ...]` speaks of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    models = (_model_in(argument) for argument in get_args(annotation))
    return next((model for model in models if model), None)


def _plain(node: Any) -> Any:
    """Plain dicts, lists and scalars; numbers that YAML wrote in a special way become plain."""
    if isinstance(node, CommentedMap):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(value) for value in node]
    if isinstance(node, bool):
        return node
    if isinstance(node, float):
        return float(node)
    if isinstance(node, int):
        return int(node)
    return node
