"""V17: each discharge event is what the journal and the officers' decisions say it is."""

from django.utils.translation import gettext_noop as said

from cardswipe.queries.booked import DEBITS, EVENT

# An operation of its own for what is booked and for nothing else; a carried-out decision for what
# is dismissed, later than any that took it up again. One pass over the events and the journal's
# rows that name one.
UNACCOUNTED = f"""
SELECT 'event ' || e.id, 'state ' || e.state || CASE
        WHEN e.state = 'BOOKED' AND o.operations IS NULL THEN ', but no operation debits it'
        WHEN o.operations > 1 THEN ', and ' || o.operations || ' operations debit it'
        WHEN o.operations = 1 THEN ', but an operation debits it'
        WHEN e.state = 'DISMISSED' THEN ', but no officer dismissed it'
        WHEN e.state = 'NOT_DEBITED' THEN ', but it has a load to debit'
        ELSE ', which nobody knows' END
FROM cardswipe_dischargeevent e
LEFT JOIN (
    SELECT document_id, count(*) AS operations FROM ledger_operation
    WHERE document_type = '{EVENT}' AND kind IN {DEBITS}
    GROUP BY document_id
) o ON o.document_id = e.id
WHERE CASE e.state
    WHEN 'BOOKED' THEN o.operations IS DISTINCT FROM 1
    WHEN 'WAITING' THEN o.operations IS NOT NULL
    WHEN 'NOT_DEBITED' THEN o.operations IS NOT NULL OR EXISTS (
        SELECT FROM cardswipe_eventload l
        WHERE l.event_id = e.id AND l.is_debited AND l.quantity > 0)
    WHEN 'DISMISSED' THEN o.operations IS NOT NULL OR 'DISMISS' IS DISTINCT FROM (
        SELECT d.act FROM cardswipe_lateitem i JOIN cardswipe_latedecision d ON d.id = i.decision_id
        WHERE i.event_id = e.id AND d.state = 'DONE' ORDER BY d.id DESC LIMIT 1)
    ELSE true END
ORDER BY e.id
"""


# The same sentences, for pages in another language.
SENTENCES = (
    said("state %(state)s, but no operation debits it"),
    said("state %(state)s, and %(count)s operations debit it"),
    said("state %(state)s, but an operation debits it"),
    said("state %(state)s, but no officer dismissed it"),
    said("state %(state)s, but it has a load to debit"),
    said("state %(state)s, which nobody knows"),
)


def unaccounted_events() -> str:
    """The query whose rows are events that are neither debited, waiting nor dismissed."""
    return UNACCOUNTED
