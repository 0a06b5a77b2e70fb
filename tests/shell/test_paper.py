"""Papers: fonts embedded, bytes reproducible, unknown characters refused by name."""

import base64
import re
import zlib

import pytest

from shell import paper, paper_parts
from shell.sentences import CharacterNotDrawable, FontMissing

FOOT = paper.Foot("QF-339900-2026-0001", "ab" * 32, "https://example.org/verify/AB12CD")
LONG = "排污单位应当按照排污许可证规定，安装或者使用监测设备；不得擅自改动（见《条例》第二十条）。"


def bill(rows: int = 3, name: str = "清源印染有限公司") -> bytes:
    lines = [["化学需氧量（COD）", "76.000", "228,000.00"]] * rows
    return paper.draw(
        title="排污权有偿使用费缴款通知书",
        lead="清源市生态环境局",
        blocks=[
            paper.facts([("单位名称", name), ("统一社会信用代码", "91339901MA0000001X")]),
            paper.heading("明细"),
            paper.grid(
                ["污染物", "数量（t/a）", "金额（元）"],
                lines,
                widths=[80, 45, 45],
                figures={1, 2},
                sums=["合计", "228.000", "684,000.00"],
            ),
            paper.words(LONG * 4),
            paper.seal_place("清源市生态环境局", "2026年11月20日"),
        ],
        foot=FOOT,
    )


def streams(pdf: bytes) -> bytes:
    """All of the file's streams unpacked, one after the other."""
    packed = re.findall(rb"stream\r?\n([!-u\s]*)~>\s*endstream", pdf)
    return b"\n".join(zlib.decompress(base64.a85decode(one)) for one in packed)


def test_same_content_gives_the_same_bytes():
    assert bill() == bill()
    assert bill() != bill(name="清源造纸有限公司")


def test_every_named_font_is_embedded():
    pdf = bill()
    names = set(re.findall(rb"/BaseFont /([A-Za-z0-9+-]+)", pdf))
    assert names
    assert all(b"NotoSansSC" in name for name in names)
    assert pdf.count(b"/FontFile2") >= len(names)


def test_only_the_used_characters_are_embedded():
    assert len(bill()) < 200_000


def test_pages_are_counted_and_the_head_comes_again():
    pdf = bill(rows=80)
    count = len(re.findall(rb"/Type /Page\b", pdf))
    assert count >= 2
    assert len(re.findall(rb"/Type /Page\b", bill())) == 1


@pytest.mark.parametrize("name", ["𠮷田化工有限公司", "张\U0001f600三", "A\u0007B"])
def test_character_the_font_lacks_is_refused_by_name(name):
    with pytest.raises(CharacterNotDrawable) as refused:
        bill(name=name)
    assert refused.value.params["character"] in name
    assert refused.value.params["codepoint"].startswith("U+")


def test_rare_character_of_names_is_drawn():
    paper.check_drawable("䶮")


def test_names_are_never_markup():
    assert bill(name="<b>甲&乙</b>公司") != bill(name="甲乙公司")


def test_a_missing_font_says_what_to_do(settings, tmp_path):
    paper_parts.register_fonts.cache_clear()
    settings.FONT_DIR = tmp_path
    with pytest.raises(FontMissing):
        paper_parts.register_fonts()
    paper_parts.register_fonts.cache_clear()


def test_qr_rows_are_drawn_in_runs():
    assert paper_parts._runs([True, True, False, True]) == [(0, 2), (3, 1)]
    assert paper_parts._runs([]) == []


def test_address_is_printed_without_its_scheme():
    assert FOOT.short_address == "example.org/verify/AB12CD"
    assert b"BT" in streams(bill())
