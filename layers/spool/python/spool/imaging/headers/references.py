"""How much an SVG draws once every `<use>` stands for what it refers to.

Ten elements that each use the one before ten times are a drawing of ten thousand million.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from spool.errors import ResourceLimit

DEPTH = 256  # librsvg and libxml2 stop there too


@dataclass
class _Element:
    """An element with all inside it: how many they are, and what they use."""

    name: str
    elements: int = 1
    used: list[str] = field(default_factory=list)


class References:
    """The document as it is read: call `opened` and `closed` per element, then `drawn`."""

    def __init__(self) -> None:
        self._open: list[_Element] = []
        self._named: dict[str, _Element] = {}
        self._drawn: dict[str, int] = {}

    def opened(self, name: str, used: str | None) -> None:
        """An element that bears the id `name`, if any, and uses that of the id `used`, if any."""
        self._open.append(_Element(name, used=[used] if used else []))
        if len(self._open) > DEPTH:
            raise ResourceLimit("The SVG nests its elements too deeply.")

    def closed(self) -> None:
        element = self._open.pop()
        self._named.setdefault(element.name, element)
        if self._open:
            self._open[-1].elements += element.elements
            self._open[-1].used += element.used
        else:
            self._named[""] = element  # the root, by the one id that none can have

    def drawn(self, name: str = "", depth: int = 0) -> int:
        """The number of elements drawn for `name`, those of the whole document by default."""
        if depth > DEPTH:
            raise ResourceLimit("The SVG nests its references too deeply.")
        if name not in self._drawn:
            self._drawn[name] = 0  # what refers to itself is not drawn
            element = self._named.get(name, _Element(name, elements=0))
            inner = sum(self.drawn(used, depth + 1) for used in element.used)
            self._drawn[name] = element.elements + inner
        return self._drawn[name]
