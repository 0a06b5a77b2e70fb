"""The Chinese texts: collected from code and templates, checked and compiled without gettext.

The file is merged by union (.gitattributes), so the same entry may stand there twice:
reading keeps the first translation that is not empty, and `update` writes each once.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileParser, write_po
from django.utils.translation.template import templatize

LANGUAGE = "zh_Hans"
SKIPPED_DIRS = {"node_modules", "staticfiles", "migrations", "tests", "bench"}
LAZY = ("gettext", "ngettext", "pgettext", "npgettext")
KEYWORDS: dict[str, Any] = {
    **DEFAULT_KEYWORDS,
    **{f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in LAZY},
    "gettext_noop": None,
    "said": None,  # gettext_noop for the reasons kept in histories
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|(?<!%)%[sd]|\{\w*\}")
# An entry for a library's text stays when its comment says so: "# from axes".
FROM_LIBRARY = "from "
HEADER = """msgid ""
msgstr ""
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


class LenientCatalog(Catalog):
    """A catalog that takes an entry standing twice, and keeps its first real translation."""

    def __setitem__(self, id: Any, message: Message) -> None:  # noqa: A002 Babel's own name
        known = self.get(id, message.context) if id else None
        if known is not None and not is_translated(known) and is_translated(message):
            known.string, known.flags = message.string, message.flags
        super().__setitem__(id, message)


def po_file(locale_dir: Path) -> Path:
    return locale_dir / LANGUAGE / "LC_MESSAGES" / "django.po"


def is_translated(message: Message) -> bool:
    """Whether every form of the message has a text."""
    forms = message.string if isinstance(message.string, list | tuple) else [message.string]
    return bool(forms) and all(forms)


def read(path: Path) -> Catalog:
    """The catalog in the file, double entries merged."""
    catalog = LenientCatalog(locale=LANGUAGE, domain="django")
    with path.open("rb") as source:
        PoFileParser(catalog, ignore_obsolete=True).parse(source)
    return catalog


def sources(root: Path) -> Iterator[Path]:
    """Every file of ours that may hold texts."""
    for pattern in ("*.py", "templates/**/*.html", "templates/**/*.txt"):
        for path in sorted(root.glob(pattern if "/" in pattern else f"*/**/{pattern}")):
            parts = path.relative_to(root).parts
            if not SKIPPED_DIRS.intersection(parts) and not parts[0].startswith("."):
                yield path


def as_python(path: Path) -> str:
    """The file as Python text; a template becomes its calls of gettext inside one bracket."""
    text = path.read_text()
    return text if path.suffix == ".py" else f"(\n{templatize(text, origin=str(path))}\n)"


def extract(root: Path) -> Catalog:
    """Every text that code and templates ask a translation for."""
    found = Catalog(locale=LANGUAGE, domain="django")
    for path in sources(root):
        source = io.BytesIO(as_python(path).encode())
        for _line, function, texts, _comments in extract_python(source, KEYWORDS, [], {}):
            add(found, KEYWORDS[str(function)], texts)
    return found


def add(catalog: Catalog, spec: Any, texts: Any) -> None:
    """Add one call's texts, by the positions that its function's keyword entry names."""
    arguments = texts if isinstance(texts, tuple) else (texts,)
    context, ids = None, []
    for position in spec or (1,):
        index, is_context = (
            (position[0], True) if isinstance(position, tuple) else (position, False)
        )
        text = arguments[index - 1] if len(arguments) >= index else None
        if not text:
            return
        if is_context:
            context = text
        else:
            ids.append(text)
    catalog.add(tuple(ids) if len(ids) > 1 else ids[0], context=context)


def merged(root: Path) -> Catalog:
    """What code and templates ask for, with the translations that the file holds."""
    known = read(po_file(root / "locale"))
    wanted = extract(root)
    for message in wanted:
        old = known.get(message.id, message.context) if message.id else None
        if old is not None:
            message.string, message.flags = old.string, message.flags | (old.flags & {"fuzzy"})
            message.user_comments = old.user_comments
    for message in known:
        if message.id and is_from_library(message):
            wanted[message.id] = message
    return wanted


def is_from_library(message: Message) -> bool:
    return any(comment.startswith(FROM_LIBRARY) for comment in message.user_comments)


def update(root: Path) -> None:
    """Write the file anew: each text once, sorted, no longer used ones left out."""
    body = io.BytesIO()
    write_po(body, merged(root), width=0, no_location=True, omit_header=True, sort_output=True)
    po_file(root / "locale").write_text(HEADER + body.getvalue().decode())


def faults(root: Path) -> list[str]:
    """Each text that is missing, empty, fuzzy, no longer used or has other placeholders."""
    known = read(po_file(root / "locale"))
    wanted = extract(root)
    found = []
    for message in (m for m in wanted if m.id):
        entry = known.get(message.id, message.context)
        found += [f"{fault}: {message.id!r}" for fault in entry_faults(entry)]
    for message in (m for m in known if m.id and not is_from_library(m)):
        if wanted.get(message.id, message.context) is None:
            found.append(f"no longer used: {message.id!r}")
    return found


def entry_faults(entry: Message | None) -> list[str]:
    """What is wrong with one entry of the file."""
    if entry is None:
        return ["missing"]
    if not is_translated(entry):
        return ["not translated"]
    found = ["fuzzy"] if entry.fuzzy else []
    ids = as_forms(entry.id)
    # The plural names every placeholder; the singular may leave the count out.
    wanted = sorted(PLACEHOLDER.findall(ids[-1]))
    if any(sorted(PLACEHOLDER.findall(text)) != wanted for text in as_forms(entry.string)):
        found.append("other placeholders")
    return found


def as_forms(text: Any) -> list[str]:
    return list(text) if isinstance(text, list | tuple) else [text]


def compile_texts(locale_dir: Path) -> bool:
    """Write the .mo file that Django reads, if older than its source; whether it was."""
    source = po_file(locale_dir)
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        return False
    half = target.with_suffix(".half")
    with half.open("wb") as out:
        write_mo(out, read(source))
    half.replace(target)
    return True
