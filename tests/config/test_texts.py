"""The Chinese texts: collected, merged leniently, checked, compiled."""

import gettext
from pathlib import Path

import pytest

from config import texts

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext_lazy
_("one text")
pgettext_lazy("a month", "May")
ngettext("%(n)s card", "%(n)s cards", 2)
"""
TEMPLATE = """
{% load i18n %}
    {% translate "in a tag" %}
  {% blocktranslate count n=c|length %}{{ n }} lot{% plural %}{{ n }} lots{% endblocktranslate %}
{% translate "May" context "a wish" %} {{ _("in a variable") }}
it's (unbalanced
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {"app/models.py": PYTHON, "templates/app/a.html": TEMPLATE}.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    texts.po_file(tmp_path / "locale").parent.mkdir(parents=True)
    return tmp_path


def write(project: Path, body: str) -> None:
    texts.po_file(project / "locale").write_text(HEAD + body)


def entry(text: str, translation: str) -> str:
    return f'msgid "{text}"\nmsgstr "{translation}"\n\n'


def test_texts_of_code_and_templates_are_found(project):
    found = {(m.context, m.id) for m in texts.extract(project) if m.id}
    assert found == {
        (None, "one text"),
        ("a month", "May"),
        (None, ("%(n)s card", "%(n)s cards")),
        (None, "in a tag"),
        (None, ("%(n)s lot", "%(n)s lots")),
        ("a wish", "May"),
        (None, "in a variable"),
    }


def test_double_entry_keeps_the_first_translation_that_is_not_empty(project):
    write(project, entry("one text", "") + entry("one text", "甲") + entry("one text", "乙"))
    assert texts.read(texts.po_file(project / "locale")).get("one text").string == "甲"


def test_entries_torn_by_a_merge_lose_only_the_torn_one(project):
    write(project, 'msgid "torn"\n' + entry("one text", "甲"))
    assert texts.read(texts.po_file(project / "locale")).get("one text").string == "甲"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("", "missing: 'one text'"),
        (entry("one text", ""), "not translated: 'one text'"),
        ("#, fuzzy\n" + entry("one text", "甲"), "fuzzy: 'one text'"),
        (entry("gone", "甲"), "no longer used: 'gone'"),
        (
            'msgid "%(n)s card"\nmsgid_plural "%(n)s cards"\nmsgstr[0] "%(m)s 张卡"\n',
            "other placeholders: ('%(n)s card', '%(n)s cards')",
        ),
    ],
)
def test_each_fault_is_named(project, body, fault):
    write(project, body)
    assert fault in texts.faults(project)


def test_a_librarys_text_is_kept_when_its_comment_says_so(project):
    write(project, "# from axes\n" + entry("Account locked", "账户已锁定"))
    texts.update(project)
    assert "账户已锁定" in texts.po_file(project / "locale").read_text()
    assert not [fault for fault in texts.faults(project) if "Account locked" in fault]


def test_update_writes_every_text_once_and_keeps_translations(project):
    write(project, entry("one text", "甲") + entry("one text", "乙") + entry("gone", "丙"))
    texts.update(project)
    written = texts.po_file(project / "locale").read_text()
    assert written.count('msgid "one text"') == 1
    assert "甲" in written
    assert "gone" not in written
    texts.update(project)
    assert texts.po_file(project / "locale").read_text() == written


def test_compiled_texts_serve_plural_and_context(project):
    body = entry("one text", "甲") + 'msgctxt "a month"\n' + entry("May", "五月")
    write(
        project, body + 'msgid "%(n)s card"\nmsgid_plural "%(n)s cards"\nmsgstr[0] "%(n)s 张卡"\n'
    )
    assert texts.compile_texts(project / "locale")
    assert not texts.compile_texts(project / "locale")
    with texts.po_file(project / "locale").with_suffix(".mo").open("rb") as compiled:
        chinese = gettext.GNUTranslations(compiled)
    assert chinese.gettext("one text") == "甲"
    assert chinese.pgettext("a month", "May") == "五月"
    assert chinese.ngettext("%(n)s card", "%(n)s cards", 1) == "%(n)s 张卡"
