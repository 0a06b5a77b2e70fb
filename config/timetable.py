"""When the clock (celery beat) calls which task; every task may run twice without harm."""

from typing import Any

from celery.schedules import crontab

MINUTE = 60.0

TIMETABLE: dict[str, dict[str, Any]] = {
    name: {"task": task, "schedule": schedule}
    for name, task, schedule in [
        ("auctions open and close", "trading.tasks.keep_rounds", 5.0),
        ("the proof log is kept", "ledger.tasks.keep_proof_log", 3.0),
        ("witnesses are asked", "ledger.tasks.ask_witnesses", 10.0),
        ("the proof log is watched", "ledger.tasks.watch_lateness", 10.0),
        ("notices are delivered", "parties.tasks.deliver_notices", MINUTE / 2),
        ("paid awards are delivered", "trading.tasks.deliver_paid_awards", MINUTE),
        ("holds expire", "ledger.tasks.expire_holds", MINUTE),
        ("waiting events are booked", "cardswipe.tasks.book_waiting", 5 * MINUTE),
        ("monthly plans are watched", "cardswipe.tasks.watch_months", 15 * MINUTE),
        ("off-line batches are settled", "cardswipe.tasks.settle_batches", 5 * MINUTE),
        ("hours are compared", "cardswipe.tasks.check_loads", 10 * MINUTE),
        ("late hours are compared", "cardswipe.tasks.check_late_loads", crontab(hour=3, minute=30)),
        ("own hours are booked", "cardswipe.tasks.book_own_hours", 10 * MINUTE),
        ("late own hours", "cardswipe.tasks.book_late_own_hours", crontab(hour=3, minute=20)),
        ("own sessions are booked", "cardswipe.tasks.book_own_sessions", 10 * MINUTE),
        ("late minutes are told", "cardswipe.tasks.tell_late_minutes", crontab(hour=3, minute=40)),
        ("missing hours are filled", "cardswipe.tasks.fill_missing", crontab(hour=4, minute=20)),
        ("corrections are settled", "cardswipe.tasks.settle_corrections", MINUTE),
        ("overdue bills are reminded", "trading.tasks.remind_overdue_bills", 60 * MINUTE),
        ("open data are published", "permits.tasks.publish_register", 10 * MINUTE),
        (
            "certificates of rights are kept",
            "permits.tasks.keep_rights_certificates",
            10 * MINUTE,
        ),
        ("permits expire", "permits.tasks.expire_permits", crontab(hour=0, minute=20)),
        (
            "months of the journal are made",
            "ledger.tasks.make_partitions",
            crontab(hour=0, minute=30),
        ),
        (
            "months of frames and readings are made",
            "cardswipe.tasks.make_partitions",
            crontab(hour=0, minute=40),
        ),
        (
            "totals are kept",
            "permits.tasks.take_snapshots",
            crontab(day_of_month=1, hour=1, minute=30),
        ),
        ("reports are kept", "permits.tasks.keep_reports", crontab(hour=6, minute=15)),
        ("leases end", "ledger.tasks.end_leases", crontab(hour=0, minute=10)),
        (
            "granted requests are carried out",
            "ledger.tasks.carry_out_requests",
            crontab(hour=0, minute=50),
        ),
        ("ended periods lapse", "ledger.tasks.lapse_ended_periods", crontab(hour=1, minute=10)),
        ("the whole ledger is verified", "ledger.tasks.verify_nightly", crontab(hour=2, minute=0)),
        ("old months are given up", "cardswipe.tasks.give_up_months", crontab(hour=3, minute=40)),
        (
            "legal deadlines are watched",
            "permits.tasks.watch_deadlines",
            crontab(hour=7, minute=30),
        ),
    ]
}
