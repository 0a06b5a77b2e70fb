"""The names a holder has and had, kept by the database for the search."""

import unicodedata

import pgtrigger

# A name that was borne once stays findable, whoever writes the row and by whichever way.
NAMES_ARE_KEPT = r"""
NEW.names := CASE TG_OP WHEN 'UPDATE' THEN OLD.names ELSE '' END;
IF position(E'\n' || upper(normalize(NEW.holder_name, NFKC)) || E'\n'
            IN E'\n' || NEW.names || E'\n') = 0 THEN
    NEW.names := concat_ws(E'\n', nullif(NEW.names, ''), upper(normalize(NEW.holder_name, NFKC)));
END IF;
RETURN NEW;
"""


def keep_names(name: str) -> pgtrigger.Trigger:
    """The trigger that adds each new holder's name to those the permit is found by."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("holder_name", "names"),
        func=NAMES_ARE_KEPT,
    )


def spelt(text: str) -> str:
    """The text as names are kept: capitals, full-width letters and brackets as plain ones."""
    return unicodedata.normalize("NFKC", text).upper()
