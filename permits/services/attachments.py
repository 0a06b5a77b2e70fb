"""Files of an application: attached with all checks, taken out without losing the record."""

import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_noop as said

from parties.models import Enterprise, Membership
from parties.services import record
from permits import store
from permits.files import tidy_name, type_of
from permits.models import Application, Attachment
from permits.models.attachments import AttachmentKind
from permits.queries.regulation import attachment_rule
from permits.rules import CLOSED_STATES, Step, next_state
from permits.work_refusals import FileOfOtherSide, FilesTooLarge, FileTooLarge


@transaction.atomic
def attach_file(
    *,
    by: Membership,
    application: Application,
    kind: str,
    name: str,
    content: bytes,
    now: datetime.datetime,
) -> Attachment:
    """Keep a file with the application; the same bytes again give the same attachment.

    Refuses wrong types, bytes that are not what the name says, empty and active files (P150,
    P151, P154, P155), files beyond the size of the dated rule (P152) and more than the
    enterprise may keep in all (P153).
    """
    locked = open_file(by=by, application=application)
    name = tidy_name(name)
    media_type = type_of(name, content)
    check_room(locked, name=name, size=len(content), day=timezone.localdate(now))
    sha256 = store.keep(content)
    there = Attachment.objects.standing().filter(application=locked, sha256=sha256).first()
    if there:
        return there
    attachment = Attachment(
        application=locked,
        kind=AttachmentKind(kind),
        name=name,
        media_type=media_type,
        size=len(content),
        sha256=sha256,
        by=by,
        at=now,
    )
    return record(attachment, by=by, reason=said("file attached"))


def open_file(*, by: Membership, application: Application) -> Application:
    """The application, locked, while this side may add papers: the enterprise in its draft and
    while it is asked for information, the bureau until the file is closed (else P101)."""
    locked = (
        Application.objects.select_for_update(of=("self",))
        .select_related("site__enterprise", "site__region")
        .get(pk=application.pk)
    )
    if by.enterprise_id:
        is_asked = locked.enquiries.open().filter(kind="INFORMATION").exists()
        if not locked.is_editable and not is_asked:
            next_state(locked.state, Step.SUBMIT)
    elif locked.state in CLOSED_STATES:
        next_state(locked.state, Step.ENQUIRE)
    return locked


def check_room(application: Application, *, name: str, size: int, day: datetime.date) -> None:
    """P152 and P153: the file alone, and all files of the enterprise together."""
    rule = attachment_rule(application.site.region, day)
    if size > rule.most_bytes:
        raise FileTooLarge(name=name, most=megabytes(rule.most_bytes))
    enterprise = application.site.enterprise
    # One enterprise attaches one file at a time, so that two never share the last room.
    Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    used = used_bytes(enterprise)
    if used + size > rule.most_bytes_in_all:
        raise FilesTooLarge(most=megabytes(rule.most_bytes_in_all), used=megabytes(used))


def used_bytes(enterprise: Enterprise) -> int:
    """What the enterprise's standing files take up together."""
    files = Attachment.objects.standing().filter(application__site__enterprise=enterprise)
    return files.aggregate(sum=Sum("size"))["sum"] or 0


def megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f}"


@transaction.atomic
def strike_file(*, by: Membership, attachment: Attachment, now: datetime.datetime) -> Attachment:
    """Take a file out while this side may attach; its row and bytes stay on record. P188 for a
    file of the other side."""
    open_file(by=by, application=attachment.application)
    locked = Attachment.objects.select_for_update(of=("self",)).get(pk=attachment.pk)
    if (locked.by.enterprise_id is None) != (by.enterprise_id is None):
        raise FileOfOtherSide(name=locked.name)
    if locked.struck_at is None:
        locked.struck_at = now
        record(locked, by=by, reason=said("file taken out"))
    return locked
