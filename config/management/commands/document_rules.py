"""`manage.py document_rules`: write docs/rules.md from the refusals and the operation types."""

import inspect
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import override

from config.texts import compile_texts
from ledger.kinds import KINDS, KindRow
from shell.refusals import REGISTER, Refusal

PAGE = Path(settings.BASE_DIR) / "docs" / "rules.md"
ROOMS = {
    "S": "Input and pages",
    "A": "People and approvals",
    "L": "Ledger",
    "P": "Permits",
    "C": "Card-swipe discharge",
    "T": "Trading",
}


class Command(BaseCommand):
    """Without `--check` writes the page; with it, fails when the page is not up to date."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare")

    def handle(self, *, check: bool, **options: object) -> None:
        compile_texts(Path(settings.BASE_DIR) / "locale")  # or the Chinese column stays English
        text = "\n".join(page()) + "\n"
        if not check:
            PAGE.write_text(text)
            self.stdout.write(f"{PAGE.name}: {len(REGISTER)} rules, {len(KINDS)} operation types")
        elif not PAGE.exists() or PAGE.read_text() != text:
            self.stderr.write("docs/rules.md is out of date: run manage.py document_rules")
            sys.exit(1)


def page() -> Iterator[str]:
    """The page, line by line."""
    for app in apps.get_app_configs():
        for place in sorted(Path(app.path).glob("*refusals.py")):
            import_module(f"{app.name}.{place.stem}")
    yield "# Numbered rules"
    yield ""
    yield "Written by `manage.py document_rules`; do not edit. The number of a rule is permanent:"
    yield "it stands in every refusal, and one rule is one class in the app's `refusals.py`."
    for letter, room in ROOMS.items():
        codes = sorted(code for code in REGISTER if code.startswith(letter))
        if codes:
            yield from ["", f"## {room}", "", "| rule | refusal | 拒绝说明 | stands in |"]
            yield "| --- | --- | --- | --- |"
            yield from (rule_line(REGISTER[code]) for code in codes)
    yield from ["", "## Kinds of operation", ""]
    yield "As first loaded; a site's own tables rule, by region and date. A kind that nobody may"
    yield "start is started by the system itself. Days to reverse and days it may take effect"
    yield "before its posting count from the posting; cool-off: working days after the request."
    yield ""
    heads = "kind | name | 名称 | moves | started by | document | second person | cool-off"
    yield f"| {heads} | reversible | back-dated | legal basis |"
    yield "| --- " * 11 + "|"
    yield from (kind_line(kind) for kind in KINDS)


def kind_line(kind: KindRow) -> str:
    """One kind of operation as a table row."""
    cells = (
        kind.code,
        kind.name_en,
        kind.name_zh,
        ", ".join(f"{source} → {target}" for source, target in kind.movements),
        ", ".join(kind.starters) or "the system",
        ", ".join(kind.documents) or "any",
        "yes" if kind.needs_approval else "no",
        f"{kind.cool_off} working days" if kind.cool_off else "–",
        f"{kind.reversible} days" if kind.reversible else "–",
        "any day" if kind.backdate is None else f"{kind.backdate} days",
        kind.basis or "–",
    )
    return f"| {' | '.join(cells)} |"


def rule_line(rule: type[Refusal]) -> str:
    """One rule as a table row, in both languages."""
    texts = []
    for language in ("en", "zh-hans"):
        with override(language):
            texts.append(f"{rule.sentence} {rule.advice}".strip().replace("|", "\\|"))
    home = inspect.getmodule(rule).__name__.replace(".", "/")  # type: ignore[union-attr]
    return f"| {rule.code} | {texts[0]} | {texts[1]} | `{home}.py` `{rule.__name__}` |"
