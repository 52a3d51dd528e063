"""YAML that is read within limits: depth, entries, aliases; no tags, and a line for every error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer, ComposerError
from ruamel.yaml.constructor import ConstructorError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from specs.errors import shortened

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node

LARGEST: Final = 2_000_000
"""The most bytes of a file."""

DEEPEST: Final = 50
"""How deep lists and keys may lie in each other."""

MOST_ENTRIES: Final = 100_000
"""The most values, keys and lists of a file, those of aliases as often as they are used."""

_BITS: Final = 64
"""How long whole numbers may be."""


def bounded_yaml() -> YAML:
    """A reader that raises MarkedYAMLError where a file exceeds a limit or a value is none."""
    yaml = YAML(typ="rt")
    yaml.Composer = _Bounded
    yaml.Constructor = _Placed
    return yaml


class _Bounded(Composer):
    """Counts while nodes are made of the text, before values are made of the nodes."""

    def __init__(self, loader: Any = None) -> None:
        super().__init__(loader)
        self.warn_double_anchors = False
        self._level = 0
        self._entries = 0
        self._sizes: dict[int, int] = {}

    def compose_node(self, parent: Any, index: int) -> Any:
        """The node that comes next; ComposerError where it is one too many, or too deep."""
        event = self.parser.peek_event()
        if (tag := getattr(event, "tag", None)) is not None:
            raise ComposerError(
                None, None, f"{shortened(tag)} is a tag, which is not read", event.start_mark
            )
        self._level += 1
        if self._level > DEEPEST:
            raise ComposerError(
                None, None, f"lists and keys lie more than {DEEPEST} deep", event.start_mark
            )
        node = super().compose_node(parent, index)
        self._level -= 1
        if isinstance(event, AliasEvent) and id(node) not in self._sizes:
            raise ComposerError(
                None, None, "an alias refers to what it stands in", event.start_mark
            )
        if isinstance(node, MappingNode):
            for key, _ in node.value:
                if not isinstance(key, ScalarNode):
                    what = "a list or a mapping is not a key"
                    raise ComposerError(None, None, what, key.start_mark)
        size = self._sizes.setdefault(id(node), 1 + sum(map(self._size, _children(node))))
        self._entries += size if isinstance(event, AliasEvent) else 1
        if self._entries > MOST_ENTRIES:
            what = f"it has more than {MOST_ENTRIES:,} entries, those of aliases among them"
            raise ComposerError(None, None, what, event.start_mark)
        return node

    def _size(self, node: Node) -> int:
        return self._sizes[id(node)]


def _children(node: Any) -> list[Any]:
    if isinstance(node, MappingNode):
        return [child for pair in node.value for child in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []


class _Placed(RoundTripConstructor):
    """Says the line of a value that cannot be made."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        """The value of a node; ConstructorError where it is none."""
        try:
            value = super().construct_object(node, deep=deep)
        except MarkedYAMLError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            text = shortened(getattr(node, "value", ""), 40)
            what = f"{text} is not a value ({shortened(error)}); put it in quotes if it is text"
            raise ConstructorError(None, None, what, node.start_mark) from None
        if isinstance(value, int) and value.bit_length() > _BITS:
            what = "a whole number is too long to be read; put it in quotes if it is text"
            raise ConstructorError(None, None, what, node.start_mark)
        return value
