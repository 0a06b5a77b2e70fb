"""Guards in PostgreSQL for permits: each change of a permit has the act that makes it."""

import pgtrigger

from permits.rules import PERMIT_STEPS
from shell.guards import refusing, steps

ENDS = """NEW.state <> OLD.state AND NEW.state <> 'VALID' AND NOT EXISTS (
    SELECT 1 FROM permits_ending e LEFT JOIN parties_approval a ON a.id = e.approval_id
    WHERE e.permit_id = NEW.id AND e.ends_as = NEW.state AND e.state = 'DONE'
      AND e.ended_on >= NEW.valid_from
      AND (a.state = 'USED' OR e.ends_as = 'EXPIRED' AND e.ended_on > NEW.valid_to))"""

# An issue that is being carried out: granted by two, its version not written yet.
CHANGES = """(NEW.state <> OLD.state AND NEW.state = 'VALID'
    OR (NEW.site_id, NEW.permit_no, NEW.valid_from, NEW.valid_to, NEW.holder_name)
       IS DISTINCT FROM
       (OLD.site_id, OLD.permit_no, OLD.valid_from, OLD.valid_to, OLD.holder_name))
  AND NOT EXISTS (
    SELECT 1 FROM permits_application p
    JOIN permits_decision d ON d.application_id = p.id
    JOIN parties_approval a ON a.id = d.approval_id
    WHERE p.site_id = NEW.site_id AND p.kind <> 'CANCEL' AND d.outcome = 'GRANT'
      AND NOT d.is_returned AND a.state = 'USED'
      AND NOT EXISTS (SELECT 1 FROM permits_permitversion v WHERE v.application_id = p.id))"""


def permit_guards() -> list[pgtrigger.Trigger]:
    """The steps of a permit, and the act behind each of its changes."""
    return [
        steps("permit_state_follows_the_table", PERMIT_STEPS),
        _on_update("permit_ends_by_its_ending", ENDS, "a permit ends by an ending carried out"),
        _on_update("permit_changes_by_an_issue", CHANGES, "a permit changes by an issue"),
    ]


def _on_update(name: str, condition: str, message: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=refusing(name, condition, message),
    )


def version_guard() -> pgtrigger.Trigger:
    """The day on which a version stops being in force is set once."""
    return _on_update(
        "version_stops_once",
        "OLD.in_force_until IS NOT NULL AND NEW.in_force_until IS DISTINCT FROM OLD.in_force_until",
        "a version stops once",
    )
