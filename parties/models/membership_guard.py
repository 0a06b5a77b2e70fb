"""The last guard of the way into a bureau: a role there stands on a request that two persons made.

It looks at the end of the transaction, when the request says what was done. The tables' owner is
let through, who could switch it off: the application runs under a role of its own, whose
statements are all looked at. The server's console appoints the administrators that a bureau
without two of them needs (`start_bureau`), so that way is open for these offices, and only then.
"""

import pgtrigger

from parties.rules import DECIDING_ROLES

DECIDERS = ", ".join(f"'{role}'" for role in sorted(DECIDING_ROLES))

BODY = """
IF NEW.bureau_id IS NULL OR NEW.ended_at IS NOT NULL OR pg_has_role(
    current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER'
) THEN
    RETURN NULL;
END IF;
IF TG_OP = 'UPDATE' AND (
    (OLD.user_id, OLD.role, OLD.bureau_id, OLD.valid_from, OLD.valid_to, OLD.ended_at)
    IS NOT DISTINCT FROM
    (NEW.user_id, NEW.role, NEW.bureau_id, NEW.valid_from, NEW.valid_to, NEW.ended_at)
) THEN
    RETURN NULL;
END IF;
IF EXISTS (
    SELECT FROM parties_accessrequest asked
    JOIN parties_approval word ON word.id = asked.approval_id
    WHERE asked.membership_id = NEW.id AND asked.state = 'DONE' AND word.state = 'USED'
      AND asked.person_id = NEW.user_id AND asked.role = NEW.role
      AND asked.bureau_id = NEW.bureau_id AND asked.valid_from = NEW.valid_from
      AND asked.valid_to IS NOT DISTINCT FROM NEW.valid_to
      AND word.checker_user_id <> NEW.user_id
      AND (OLD.ended_at IS NULL OR asked.done_at >= OLD.ended_at)
) THEN
    RETURN NULL;
END IF;
IF NEW.role IN (@DECIDERS) AND (
    SELECT count(DISTINCT other.user_id) FROM parties_membership other
    JOIN parties_user person ON person.id = other.user_id AND person.is_active
    WHERE other.bureau_id = NEW.bureau_id AND other.user_id <> NEW.user_id
      AND other.role IN (@DECIDERS) AND other.ended_at IS NULL
      AND other.valid_from <= current_date
      AND (other.valid_to IS NULL OR other.valid_to >= current_date)
) < 2 THEN
    RETURN NULL;
END IF;
RAISE EXCEPTION 'a role in a bureau is granted by two persons'
    USING ERRCODE = 'check_violation', CONSTRAINT = '@NAME';
"""


def granted_by_two(name: str) -> pgtrigger.Trigger:
    """Whoever is not the tables' owner puts nobody into a bureau but by a granted request."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update,
        timing=pgtrigger.Deferred,
        func=BODY.replace("@DECIDERS", DECIDERS).replace("@NAME", name),
    )
