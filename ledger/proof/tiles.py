"""The tree in tiles of 256 hashes (C2SP tlog-tiles): paths, reading, growing."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ledger.proof.merkle import root_of

WIDTH = 256
HEIGHT = 8
LEVELS = 64

# The hashes of a tile, so far as the tree has them: (level, number) → at most 256.
ReadTile = Callable[[int, int], list[bytes]]

PATH = re.compile(
    r"(?P<level>entries|0|[1-9][0-9]?)/(?P<number>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True)
class Tile:
    """A tile, or a bundle of entries (level None), with how many of its 256 places are asked."""

    level: int | None
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """The address below `tile/`."""
        digits = str(self.number)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
        folders = "".join(f"x{group}/" for group in groups[:-1])
        level = "entries" if self.level is None else str(self.level)
        part = f".p/{self.width}" if self.width < WIDTH else ""
        return f"{level}/{folders}{groups[-1]}{part}"

    def is_in(self, size: int) -> bool:
        """Whether a tree of this size has all the places asked for."""
        hashes = size >> HEIGHT * (self.level or 0)
        return self.number * WIDTH + self.width <= hashes


def parse_path(path: str) -> Tile | None:
    """The tile at an address, or None where no tile can be; each tile has one address only."""
    found = PATH.fullmatch(path)
    if not found or len(path) > 60:
        return None
    level = None if found["level"] == "entries" else int(found["level"])
    tile = Tile(level, int(re.sub(r"[x/]", "", found["number"])), int(found["width"] or WIDTH))
    return tile if (level or 0) < LEVELS and tile.path == path else None


def full_from(read: ReadTile) -> Callable[[int, int], bytes]:
    """Full subtrees from tiles; each tile is read once."""
    known: dict[tuple[int, int], list[bytes]] = {}

    def tile(level: int, number: int) -> list[bytes]:
        if (level, number) not in known:
            known[level, number] = read(level, number)
        return known[level, number]

    def full(height: int, place: int) -> bytes:
        level, above = divmod(height, HEIGHT)
        first, count = place << above, 1 << above
        start = first % WIDTH
        hashes = tile(level, first // WIDTH)[start : start + count]
        if len(hashes) != count:
            raise LookupError(f"the tree has no full subtree {place} of height {height}")
        return root_of(hashes)

    return full


@dataclass
class Edge:
    """The right edge of a tree: the last, partial tile of each level. All that growing needs."""

    size: int = 0
    levels: list[list[bytes]] = field(default_factory=list)

    def append(self, leaf: bytes) -> Iterable[tuple[int, int, bytes]]:
        """Add a leaf; gives each hash that came to stand above it: (level, place, hash)."""
        self.size += 1
        level, one = 0, leaf
        made: list[tuple[int, int, bytes]] = []
        while True:
            if level == len(self.levels):
                self.levels.append([])
            row = self.levels[level]
            row.append(one)
            if len(row) < WIDTH:
                return made
            one = root_of(row)
            row.clear()
            level += 1
            made.append((level, (self.size >> HEIGHT * level) - 1, one))

    @property
    def root(self) -> bytes:
        """The root of the whole tree."""
        below: list[bytes] = []
        for row in self.levels:
            hashes = [*row, *below]
            below = [root_of(hashes)] if hashes else []
        return below[0] if below else root_of([])


def edge_of(size: int, read: ReadTile) -> Edge:
    """The right edge of a tree of this size: one partial tile per level is read."""
    edge, level = Edge(size), 0
    while size >> HEIGHT * level:
        count = (size >> HEIGHT * level) % WIDTH
        number = (size >> HEIGHT * level) // WIDTH
        hashes = read(level, number)[:count] if count else []
        if len(hashes) != count:
            raise LookupError(f"tile {level}/{number} has {len(hashes)} hashes instead of {count}")
        edge.levels.append(hashes)
        level += 1
    return edge
