"""The minutes of a collective review (集体审议记录) as PDF, in Chinese."""

import hashlib
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from permits.models import Panel
from permits.queries.content import issuing_bureau
from permits.rules import canonical
from shell.paper import draw, facts, grid, heading, seal_place, words
from shell.paper_parts import Foot

VOTES = {"FOR": "同意", "AGAINST": "反对", "ABSTAIN": "弃权"}
RESULTS = {"FOR": "同意许可", "AGAINST": "不同意许可"}
KINDS = {
    "APPLY": "首次申请",
    "CHANGE": "变更",
    "RENEW": "延续",
    "REAPPLY": "重新申请",
    "REISSUE": "补领",
    "CANCEL": "注销",
}
HEAD = ["成员", "表决", "时间", "意见"]
WIDTHS = [32, 20, 36, 82]


def moment(value: Any) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else "—"


def minutes_content(panel: Panel) -> dict[str, Any]:
    """What the minutes say; the hash in the foot is made of it."""
    votes = panel.votes.select_related("member__user").order_by("id")
    return {
        "application_no": panel.application.application_no,
        "called_at": moment(panel.called_at),
        "meets_at": moment(panel.meets_at),
        "place": panel.place,
        "closed_at": moment(panel.closed_at),
        "result": panel.result,
        "minutes": panel.minutes,
        "votes": [
            [str(vote.member.user), vote.vote, moment(vote.voted_at), vote.opinion]
            for vote in votes
        ],
    }


def draw_minutes(panel: Panel) -> bytes:
    """The minutes; the same review always gives the same bytes."""
    said = minutes_content(panel)
    application = panel.application
    issuer = issuing_bureau(application).name_zh
    digest = hashlib.sha256(canonical(said)).hexdigest()[:16]
    address = f"{settings.PUBLIC_ADDRESS}{reverse('application', args=[application.pk])}"
    number = f"{application.application_no}-{panel.pk}"
    return draw(
        title="集体审议记录",
        lead=f"编号 {number}",
        author=issuer,
        blocks=[
            facts(fact_lines(panel, said)),
            heading("表决情况"),
            grid(
                HEAD,
                [
                    [name, VOTES[vote], at, opinion or "—"]
                    for name, vote, at, opinion in said["votes"]
                ],
                widths=WIDTHS,
            ),
            heading("会议记录"),
            words(said["minutes"]),
            seal_place(issuer, f"{timezone.localtime(panel.closed_at):%Y年%m月%d日}"),
        ],
        foot=Foot(number, digest, address),
    )


def fact_lines(panel: Panel, said: dict[str, Any]) -> list[tuple[str, str]]:
    """Who applied for what, when and where the members met, what came out."""
    application = panel.application
    counts = [vote for _name, vote, _at, _opinion in said["votes"]]
    return [
        ("申请单位", application.site.enterprise.name),
        ("申请编号", application.application_no),
        ("申请事项", KINDS[application.kind]),
        ("召集时间", said["called_at"]),
        ("会议时间", said["meets_at"]),
        ("会议地点", said["place"] or "—"),
        (
            "表决结果",
            (
                f"{RESULTS[said['result']]}（应到 {len(counts)} 人，同意 {counts.count('FOR')}，"
                f"反对 {counts.count('AGAINST')}，弃权 {counts.count('ABSTAIN')}）"
            ),
        ),
    ]
