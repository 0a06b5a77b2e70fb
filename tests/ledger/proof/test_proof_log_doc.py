"""docs/proof-log.md says what the code does: each worked example is computed again."""

import json
import re

import pytest
from django.conf import settings

from ledger.models import Operation
from ledger.proof import canonical
from ledger.proof.notes import to_base64
from ledger.queries import proof as reads
from tests.factories_ledger import lot
from tests.factories_proof import keep

from .doc_examples import answer

DOC = (settings.BASE_DIR / "docs" / "proof-log.md").read_text()
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(\{.*?\n\})\n```", DOC, re.DOTALL)]


def test_every_step_has_an_example():
    said = [example["what"] for example in EXAMPLES]
    assert said == ["salt", "record", "commitment", "batch", "tree", "checkpoint"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["what"])
def test_worked_example_gives_what_the_document_says(example):
    assert answer(example["what"], example["given"]) == example["gives"]


def test_record_of_a_real_operation_has_the_fields_of_the_document(enterprise):
    lot(enterprise)
    keep()
    operation = Operation.objects.latest("pk")
    proof = reads.proof_of("ledger_operation", operation.pk)
    body = json.loads(proof.record)
    (documented,) = [one["given"] for one in EXAMPLES if one["what"] == "record"]
    assert set(documented["fields"]) <= set(body["fields"])
    assert len(body["lines"][0].split()) == len(documented["lines"][0].split())
    again = answer(
        "record",
        {k: body[k] for k in ("source", "salt", "fields", "lines")} | {"row": operation.pk},
    )
    assert again["bytes"].encode() == proof.record
    assert again["hash"] == to_base64(canonical.record_hash(proof.record))
