"""The hash tree: public vectors, random trees, and altered proofs of which none may pass."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proof import merkle
from ledger.proof.notes import from_base64
from ledger.proof.tiles import Edge, Tile, edge_of, full_from, parse_path

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "rfc6962.json").read_text())


def nodes(vector):
    return [from_base64(node) for node in vector["proof"] or []]


def leaves(count):
    return [merkle.leaf_hash(b"%d" % number) for number in range(count)]


@pytest.mark.parametrize("vector", VECTORS["inclusion"], ids=lambda v: v["name"])
def test_public_inclusion_vector_is_judged_as_published(vector):
    is_good = merkle.verify_inclusion(
        vector["leafIdx"],
        vector["treeSize"],
        from_base64(vector["leafHash"] or ""),
        nodes(vector),
        from_base64(vector["root"] or ""),
    )
    assert is_good is not vector["wantErr"]


@pytest.mark.parametrize("vector", VECTORS["consistency"], ids=lambda v: v["name"])
def test_public_consistency_vector_is_judged_as_published(vector):
    roots = from_base64(vector["root1"]), from_base64(vector["root2"])
    sizes = vector["size1"], vector["size2"]
    assert merkle.verify_consistency(*sizes, nodes(vector), roots) is not vector["wantErr"]


def test_all_published_vectors_are_here():
    assert (len(VECTORS["inclusion"]), len(VECTORS["consistency"])) == (98, 98)


def test_empty_tree_and_single_leaf_have_the_roots_of_the_standard():
    assert merkle.root_of([]).hex().startswith("e3b0c44298fc1c14")
    assert merkle.leaf_hash(b"").hex().startswith("6e340b9cffb37a98")
    assert merkle.root_of([merkle.leaf_hash(b"")]) == merkle.leaf_hash(b"")


def recursive_root(hashes):
    """MTH as RFC 6962 writes it."""
    if len(hashes) < 2:
        return merkle.root_of(hashes)
    middle = merkle.largest_power_below(len(hashes))
    return merkle.node_hash(recursive_root(hashes[:middle]), recursive_root(hashes[middle:]))


@given(st.integers(1, 700), st.data())
def test_every_leaf_and_every_older_tree_can_be_proved(size, data):
    hashes = leaves(size)
    root, full = merkle.root_of(hashes), merkle.full_of(hashes)
    assert root == recursive_root(hashes)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index, size, full)
    assert merkle.verify_inclusion(index, size, hashes[index], proof, root)
    old = data.draw(st.integers(1, size))
    older = merkle.root_of(hashes[:old])
    proof = merkle.consistency_proof(old, size, full)
    assert merkle.verify_consistency(old, size, proof, (older, root))
    assert old == size or not merkle.verify_consistency(old, size, proof, (root, older))


# --- mutants ---------------------------------------------------------------------------------


def altered(rng, proof):
    """The proof with one thing wrong: a bit, a node lost, repeated, swapped or put in."""
    kind = rng.randrange(5) if proof else 4
    at = rng.randrange(len(proof)) if proof else 0
    if kind == 0:
        bit = rng.randrange(256)
        changed = bytearray(proof[at])
        changed[bit // 8] ^= 1 << bit % 8
        return [*proof[:at], bytes(changed), *proof[at + 1 :]]
    if kind == 1:
        return [*proof[:at], *proof[at + 1 :]]
    if kind == 2:
        return [*proof[:at], proof[at], *proof[at:]]
    if kind == 3 and len(proof) > 1:
        other = (at + 1) % len(proof)
        swapped = list(proof)
        swapped[at], swapped[other] = swapped[other], swapped[at]
        return swapped
    return [*proof[:at], rng.randbytes(32), *proof[at:]]


def inclusion_mutant(rng, trees):
    """A question whose honest answer is no."""
    hashes, root = rng.choice(trees)
    size = len(hashes)
    index = rng.randrange(size)
    proof = merkle.inclusion_of(index, hashes)
    kind = rng.randrange(4)
    if kind == 0:
        return (
            index,
            size,
            rng.choice([rng.randbytes(32), root]),
            [*proof, root][: len(proof)],
            (rng.randbytes(32)),
        )
    if kind == 1:
        wrong = (index + 1 + rng.randrange(size)) % (size + 1)
        return (wrong if wrong != index else size), size, hashes[index], proof, root
    if kind == 2:
        # Another size may ask for the same path; then the root alone tells them apart.
        other = rng.choice([tree for tree in trees if len(tree[0]) != size])
        return index, size, hashes[index], proof, other[1]
    return index, size, hashes[index], altered(rng, proof), root


def consistency_mutant(rng, trees):
    hashes, root = rng.choice([tree for tree in trees if len(tree[0]) > 1])
    size = len(hashes)
    old = rng.randrange(1, size)
    older = merkle.root_of(hashes[:old])
    proof = merkle.consistency_proof(old, size, merkle.full_of(hashes))
    kind = rng.randrange(3)
    if kind == 0:
        return old, size, proof, (rng.randbytes(32), root)
    if kind == 1:
        return old, size, proof, (older, rng.randbytes(32))
    return old, size, altered(rng, proof), (older, root)


def accepted_mutants(count, seed):
    """How many altered proofs of so many pass: the seed makes a run repeatable."""
    rng = random.Random(seed)
    trees = [(leaves(size), merkle.root_of(leaves(size))) for size in (*range(1, 34), 100, 255)]
    passed = 0
    for _ in range(count // 2):
        passed += merkle.verify_inclusion(*inclusion_mutant(rng, trees))
        passed += merkle.verify_consistency(*consistency_mutant(rng, trees))
    return passed


def test_no_altered_proof_passes():
    assert accepted_mutants(6000, seed=20261122) == 0


@pytest.mark.slow
def test_none_of_a_million_altered_proofs_passes():
    assert accepted_mutants(1_000_000, seed=1) == 0


# --- tiles -------------------------------------------------------------------------------------


def grown(count):
    """A tree grown leaf by leaf, and its tiles as they would be stored."""
    stored, edge = {0: leaves(count)}, Edge()
    for one in stored[0]:
        for level, place, above in edge.append(one):
            row = stored.setdefault(level, [])
            assert place == len(row)
            row.append(above)

    def read(level, number):
        return stored.get(level, [])[number * 256 : (number + 1) * 256]

    return edge, read


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 700, 65_537, 66_000])
def test_tree_grown_by_its_edge_has_the_root_and_proofs_of_the_whole(size):
    edge, read = grown(size)
    hashes = leaves(size)
    assert edge.root == merkle.root_of(hashes)
    assert edge_of(size, read) == edge
    full = full_from(read)
    for index in {0, size // 2, size - 1}:
        proof = merkle.inclusion_proof(index, size, full)
        assert merkle.verify_inclusion(index, size, hashes[index], proof, edge.root)
    old = max(1, size * 2 // 3)
    proof = merkle.consistency_proof(old, size, full)
    older = merkle.subtree(0, old, full)
    assert older == merkle.root_of(hashes[:old])
    assert merkle.verify_consistency(old, size, proof, (older, edge.root))


def test_growing_a_tree_reads_and_keeps_one_tile_a_level():
    edge, _read = grown(66_000)
    assert [len(row) for row in edge.levels] == [66_000 % 256, 66_000 // 256 % 256, 1]


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "0/000"),
        (Tile(0, 1234067), "0/x001/x234/067"),
        (Tile(2, 999, 1), "2/999.p/1"),
        (Tile(None, 1000, 255), "entries/x001/000.p/255"),
    ],
)
def test_tile_has_the_address_of_the_standard(tile, path):
    assert tile.path == path
    assert parse_path(path) == tile


@pytest.mark.parametrize(
    "path",
    ["", "0", "0/0", "00/000", "0/x000/000", "0/000.p/0", "0/000.p/256", "64/000", "0/000/",
     "-1/000", "0/٠٠٠", "0/000.p/01", "0/000.p/1/2", "x/000", "0/" + "x999/" * 20 + "000"],
)  # fmt: skip
def test_what_is_no_tile_has_no_tile(path):
    assert parse_path(path) is None


def test_tree_of_70_000_has_the_partial_tiles_of_the_standard():
    widths = {0: 70_000 % 256, 1: 17, 2: 1}
    assert all(Tile(level, *divmod(70_000 >> 8 * level, 256)).is_in(70_000) for level in widths)
    assert widths == {level: (70_000 >> 8 * level) % 256 for level in widths}
    assert not Tile(1, 1, 18).is_in(70_000)
    assert not Tile(3, 0, 1).is_in(70_000)
