"""What a check found reads in Chinese on a Chinese page; what nobody foresaw stays as written."""

import pytest
from django.utils import translation
from django.utils.translation import gettext

from ledger.fault_words import ROWS, SENTENCES, spoken, spoken_row
from ledger.models import Verification


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("its accounts sum to -7 instead of 0", "其各账户合计为 -7，应为 0"),
        ("is gone", "已不存在"),
        ("is gone (leaf 12)", "已不存在（条目 12）"),
        ("is gone or switched off", "不存在或已停用"),
        ("expected CHECK (a > 0); is gone", "应为 CHECK (a > 0)；现已不存在"),
        (
            "price is 5, last recorded 7; note is empty, last recorded x",
            "price 现为 5，最近一次记录为 7; note 现为 empty，最近一次记录为 x",
        ),
        ("no one knows this", "no one knows this"),
    ],
)
def test_a_finding_is_said_in_the_readers_language(text, words):
    with translation.override("zh-hans"):
        assert spoken(text) == words
    with translation.override("en"):
        assert spoken(text) == text


@pytest.mark.parametrize("sentence", [*SENTENCES, *ROWS])
def test_every_sentence_has_its_chinese(sentence):
    with translation.override("zh-hans"):
        assert gettext(sentence) != sentence


def test_a_row_keeps_its_number():
    with translation.override("zh-hans"):
        assert spoken_row("table ledger_lot, trigger swallow") == "表 ledger_lot，触发器 swallow"
        assert spoken_row("bill 7") == "bill 7"


def test_the_auditor_reads_the_faults_in_chinese(client, auditor, now):
    fault = {"check": "V03", "row": "asset 4", "text": "its accounts sum to 9 instead of 0"}
    Verification.objects.create(ran_at=now, checks=1, fault_count=1, faults=[fault])
    client.force_login(auditor.user)
    page = client.get("/ledger/audit/").content.decode()
    assert "资产 4" in page
    assert "其各账户合计为 9，应为 0" in page
