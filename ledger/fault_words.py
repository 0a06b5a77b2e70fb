"""What a check says of a faulty row, read in another language.

A check writes its finding in English: most of them are put together by PostgreSQL, and what is
kept must not depend on who asked. Here stand the sentences, by which a page finds the Chinese
ones; what fits none of them is shown as it was written. Of several that fit the first counts.
"""

import functools
import re

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as said

SENTENCES = [
    said("account %(account)s: lies in time before version %(version)s"),
    said(
        "account %(account)s, version %(version)s: expected version %(next)s and "
        "balance %(balance)s, found balance %(found)s"
    ),
    said(
        "shows version %(version)s and balance %(balance)s, its movements end at "
        "version %(last)s and balance %(sum)s, and at another time"
    ),
    said(
        "shows version %(version)s and balance %(balance)s, its movements end at "
        "version %(last)s and balance %(sum)s"
    ),
    said("its accounts sum to %(sum)s instead of 0"),
    said("has transfers but no row of its own"),
    said("has no transfer"),
    said("and its transfer %(line)s differ in time"),
    said("has line %(line)s where line %(place)s is expected"),
    said(
        "moves %(amount)s of asset %(asset)s; its accounts %(source)s and %(target)s "
        "count %(of_source)s and %(of_target)s"
    ),
    said("balance %(balance)s lies below its floor %(floor)s"),
    said("unknown purpose %(purpose)s"),
    said("%(purpose)s has the floor %(floor)s, expected %(expected)s"),
    said("%(kind)s may not move from %(source)s to %(target)s"),
    said("freezes %(amount)s for a hold that is gone"),
    said("state %(state)s, amount %(amount)s, frozen %(frozen)s"),
    said(
        "kind, date, document, reversal or transfers are not those of the request whose "
        "hash was kept (%(hash)s)"
    ),
    said("%(kind)s by approval %(approval)s, state %(state)s"),
    said("belongs to lot %(lot)s, which is gone"),
    said("is held by enterprise %(enterprise)s, lot %(lot)s by %(holder)s"),
    said("and lot %(lot)s differ in pollutant or region"),
    said("expected %(expected)s; found %(found)s, not valid"),
    said("expected %(expected)s; found %(found)s"),
    said("expected %(expected)s; is gone"),
    said("the foreign key into %(table)s is gone or switched off"),
    said("is gone"),
    said("is switched off"),
    said("does something else"),
    said("was not made by a migration"),
    said("does something else than its file says"),
    said("is gone, and no history says so"),
    said("has no history"),
    said("was removed on %(at)s, and stands again"),
    said("%(column)s is %(now)s, last recorded %(before)s"),
    said("stands at %(value)s, but %(used)s is given"),
    said("is not attached to the journal"),
    said("is gone, and operations were posted in that month"),
    said("is gone or switched off"),
    said("posted at %(at)s lies in %(table)s"),
    said("restriction %(restriction)s, two persons gave %(given)s"),
    said("has lost columns that stand in the proof log"),
    said("its entry (%(kind)s) is not that of its records"),
    said("is not as it was logged (leaf %(leaf)s)"),
    said("is gone (leaf %(leaf)s)"),
    said("%(column)s is not what was committed to (leaf %(leaf)s)"),
    said("has no place in the proof log"),
    said("follows leaf %(leaf)s: a gap"),
    said("its hash is not that of its entry"),
    said("its root is not that of the leaves"),
    said("the log has only %(size)s leaves"),
    said("is gone or not the hash of its tile"),
    said("its note says something else than its row"),
    said("the key before it did not sign it"),
    said("the checkpoint kept outside is of %(origin)s"),
    said("is shorter than the %(size)s entries signed before"),
    said("is another than the %(size)s entries signed before"),
    said("the note is too long or holds control characters"),
    said("the note has no text, no empty line or no last line break"),
    said("the note is not signed"),
    said("a signature line is not formed as it must be"),
    said("a signature is too short"),
    said("the signature of %(key)s is false"),
    said("a checkpoint has three lines or more, none of them empty"),
    said("no known key of this log signed the checkpoint"),
]
# How a faulty row is named.
ROWS = [
    said("account %(no)s"),
    said("asset %(no)s"),
    said("operation %(no)s"),
    said("transfer %(no)s"),
    said("hold %(no)s"),
    said("sequence %(name)s"),
    said("table %(table)s, trigger %(name)s"),
    said("table %(table)s, %(name)s"),
    said("table %(table)s"),
    said("function %(name)s"),
    said("leaf %(no)s"),
    said("checkpoint %(no)s"),
    said("node %(place)s"),
    said("key %(no)s"),
    said("proof log"),
    said("event %(no)s"),
]


def register(*sentences: str) -> None:
    """Add what an app's own check says (see `ledger.queries.check_apps`)."""
    SENTENCES.extend(sentences)


def spoken(text: str) -> str:
    """The finding in the reader's language; several, one after the other."""
    parts = [_in(SENTENCES, part) for part in text.split("; ")]
    known = [part for part in parts if part is not None]
    return "; ".join(known) if len(known) == len(parts) else _in(SENTENCES, text) or text


def spoken_row(row: str) -> str:
    """The name of the row in the reader's language."""
    return _in(ROWS, row) or row


def _in(sentences: list[str], text: str) -> str | None:
    for sentence in sentences:
        found = _pattern(sentence).fullmatch(text)
        if found:
            return gettext(sentence) % found.groupdict()
    return None


@functools.cache
def _pattern(sentence: str) -> re.Pattern[str]:
    """What the sentence looks like with its blanks filled in."""
    pieces = re.split(r"%\((\w+)\)s", sentence)
    texts, names = pieces[::2], pieces[1::2]
    blanks = (f"(?P<{name}>.+?)" for name in names)
    return re.compile("".join(re.escape(text) + next(blanks, "") for text in texts), re.DOTALL)
