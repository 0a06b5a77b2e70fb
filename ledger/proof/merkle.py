"""The hash tree of RFC 6962, section 2.1, with SHA-256."""

import hashlib
from collections.abc import Callable, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

# The hash of the full subtree of 2**height leaves at a place, counted in such subtrees.
Full = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf that holds these bytes."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; a last node without a sibling moves up unhashed."""
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0]


def inclusion_of(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    """The proof that the leaf at `index` is among all of these; from the leaf upwards."""
    return inclusion_proof(index, len(hashes), full_of(hashes))


def full_of(hashes: Sequence[bytes]) -> Full:
    """Full subtrees over leaf hashes that are all at hand."""

    def full(height: int, place: int) -> bytes:
        return root_of(hashes[place << height : (place + 1) << height])

    return full


def subtree(start: int, end: int, full: Full) -> bytes:
    """The hash over the leaves from start to end (excluded), as the tree splits them."""
    if start == end:
        return EMPTY_ROOT
    size = end - start
    if size & (size - 1) == 0 and start % size == 0:
        return full(size.bit_length() - 1, start // size)
    middle = start + largest_power_below(size)
    return node_hash(subtree(start, middle, full), subtree(middle, end, full))


def largest_power_below(size: int) -> int:
    """The largest power of two less than `size` (which is 2 or more)."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(index: int, size: int, full: Full) -> list[bytes]:
    """PATH(index, D[size]) of RFC 6962, section 2.1.1."""
    if not 0 <= index < size:
        raise ValueError(f"index {index} is not in a tree of size {size}")
    start, end = 0, size
    path: list[bytes] = []
    while end - start > 1:
        middle = start + largest_power_below(end - start)
        if index < middle:
            path.append(subtree(middle, end, full))
            end = middle
        else:
            path.append(subtree(start, middle, full))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, full: Full) -> list[bytes]:
    """PROOF(old, D[new]) of RFC 6962, section 2.1.2; empty where nothing is to be proved."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of size {new} does not extend one of size {old}")
    start, end = 0, new
    path: list[bytes] = []
    if old in (0, new):
        return path
    while end != old:
        middle = start + largest_power_below(end - start)
        if old <= middle:
            path.append(subtree(middle, end, full))
            end = middle
        else:
            path.append(subtree(start, middle, full))
            start = middle
    if start:
        path.append(subtree(start, end, full))
    return path[::-1]


def root_from_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes | None:
    """The root that a proof leads to, or None when it does not fit the place (RFC 9162, 2.1.3.2).

    The proof must use up the whole size: one that is too short or too long leads nowhere.
    """
    if not 0 <= index < size or len(leaf) != HASH_BYTES:
        return None
    place, last, root = index, size - 1, leaf
    for sibling in proof:
        if last == 0 or len(sibling) != HASH_BYTES:
            return None
        if place & 1 or place == last:
            root = node_hash(sibling, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None


def verify_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether the leaf stands at `index` of the tree with this size and root."""
    return root_from_inclusion(index, size, leaf, proof) == root


def verify_consistency(
    old: int, new: int, proof: Sequence[bytes], roots: tuple[bytes, bytes]
) -> bool:
    """Whether the tree of size `new` extends that of size `old` (RFC 9162, 2.1.4.2).

    An old size of zero proves nothing and is refused; every tree extends the empty one.
    """
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and roots[0] == roots[1]
    if not proof or any(len(node) != HASH_BYTES for node in proof):
        return False
    found = roots_from_consistency(old, new, proof, roots[0])
    return found is not None and found == roots


def roots_from_consistency(
    old: int, new: int, proof: Sequence[bytes], old_root: bytes
) -> tuple[bytes, bytes] | None:
    """The two roots that the proof leads to, or None when it does not fit the sizes."""
    # Where the old tree is a full subtree of the new, its root is not repeated in the proof.
    nodes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            first, second = node_hash(node, first), node_hash(node, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, node)
        place, last = place >> 1, last >> 1
    return (first, second) if last == 0 else None
