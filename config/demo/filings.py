"""An application on its way: each step is one call of the permits' services."""

import datetime
from decimal import Decimal

from parties.models import Membership
from permits import services
from permits.models import Application, Panel

from . import sections
from .stage import Plant, Stage

BASIS = "《排污许可管理条例》第{}条"
STATEMENTS = {
    "APPLY": "新建项目申领排污许可证，污染防治设施与主体工程同时建成。",
    "CHANGE": "法定代表人变更，许可事项不变。",
    "RENEW": "许可证有效期届满，申请延续，许可事项不变。",
    "REAPPLY": "扩建生产线，申请增加许可排放量。",
    "REISSUE": "许可证正本遗失，申请补领。",
    "CANCEL": "企业停产关闭，申请注销排污许可证。",
}
MORE_PERCENT = 20  # what a re-application asks for on top


class Filing:
    """One application of a plant, from draft to wherever its story takes it."""

    def __init__(self, stage: Stage, plant: Plant, kind: str) -> None:
        self.stage, self.plant, self.kind = stage, plant, kind
        self.agent = stage.agents[plant.place]
        # The two officers take turns as maker and checker.
        pair = ("officer", "officer2") if plant.place % 2 else ("officer2", "officer")
        self.maker, self.checker = (stage.people[key] for key in pair)
        self.application: Application

    def take(self, step: str, now: datetime.datetime) -> None:
        """Take the step of this name, as of the moment."""
        if step == "draft":
            self.draft(now)
            return
        if step == "submit":
            self.draft(now)
        else:
            self.application.refresh_from_db()
        getattr(self, step)(f"demo:{self.plant.place}:{self.kind}:{step}", now)

    def draft(self, now: datetime.datetime) -> None:
        """Fill the form in."""
        application = services.start_application(
            by=self.agent,
            site=self.stage.sites[self.plant.place],
            kind=self.kind,
            management_class=self.plant.management_class,
            key=f"demo:{self.plant.place}:{self.kind}:{now.date()}",
        )
        draft = services.save_draft(
            by=self.agent,
            application=application,
            revision=application.revision,
            management_class=self.plant.management_class,
            statement=STATEMENTS[self.kind],
            is_committed=True,
            lines=self.lines(),
        )
        self.application = sections.fill(self.stage, self.plant, draft, now)

    def lines(self) -> list[services.RequestedLine]:
        """The limits of all outlets; a re-application asks for more at the first."""
        made = []
        for outlet in self.plant.outlets:
            is_more = self.kind == "REAPPLY" and outlet.code == "DW001"
            percent = 100 + MORE_PERCENT * is_more
            for pollutant, concentration, quantity in outlet.limits:
                made.append(
                    services.RequestedLine(
                        outlet_id=self.stage.outlets[self.plant.place, outlet.code].pk,
                        pollutant=pollutant,
                        concentration=Decimal(concentration) if concentration else None,
                        quantity_per_year=quantity * percent // 100,
                    )
                )
        return made

    def submit(self, key: str, now: datetime.datetime) -> None:
        """Hand it in."""
        self.application = services.submit_application(
            by=self.agent,
            application=self.application,
            revision=self.application.revision,
            key=key,
            now=now,
        )

    def ask_correction(self, key: str, now: datetime.datetime) -> None:
        """The one correction notice."""
        gaps = "1. 自行监测方案缺少雨水排口监测频次；2. 承诺书未加盖公章。"
        basis = BASIS.format("九")
        services.ask_correction(
            by=self.maker,
            application=self.application,
            gaps=gaps,
            key=key,
            now=now,
            legal_basis=basis,
        )

    def not_accept(self, key: str, now: datetime.datetime) -> None:
        """Not this bureau's matter."""
        services.decline_intake(
            by=self.maker,
            application=self.application,
            reason="申请事项属企业名称以外的登记信息，按规定在平台自行更新即可，不需变更许可证。",
            key=key,
            now=now,
            legal_basis=BASIS.format("九"),
        )

    def accept(self, key: str, now: datetime.datetime) -> None:
        """Accept; the decision clock runs."""
        services.accept_application(
            by=self.maker,
            application=self.application,
            key=key,
            now=now,
            opinion="材料齐全，符合法定形式，予以受理",
            legal_basis=BASIS.format("九"),
        )

    def review(self, key: str, now: datetime.datetime) -> None:
        """Begin the review."""
        services.start_review(
            by=self.maker,
            application=self.application,
            has_site_check=False,
            key=key,
            now=now,
            opinion="进入技术审查",
        )

    def stop_clock(self, key: str, now: datetime.datetime) -> None:
        """Experts look at it; the days do not count."""
        services.stop_clock(
            by=self.maker,
            application=self.application,
            pause_reason="EXPERT_REVIEW",
            told="组织专家评审，评审时间不计入审批期限，已书面告知申请人。",
            key=key,
            now=now,
            legal_basis="《中华人民共和国行政许可法》第四十五条",
        )

    def admit(self, key: str, now: datetime.datetime) -> None:
        """Verify the totals and put the admission check on file."""
        sections.admit(self.stage, self.application, key, now)

    def call_panel(self, key: str, now: datetime.datetime) -> None:
        """Collective review with three members."""
        members = [self.stage.people[name] for name in ("panel", "panel2", "panel3")]
        services.call_panel(
            by=self.maker,
            application=self.application,
            members=members,
            key=key,
            now=now,
            opinion="新建化工项目，提请集体审议",
        )

    def vote(self, key: str, now: datetime.datetime) -> None:
        """One member has voted; the others have not yet."""
        panel = Panel.objects.get(application=self.application)
        member: Membership = self.stage.people["panel2"]
        opinion = "同意，建议补充应急池容积说明"
        services.cast_vote(by=member, panel=panel, vote="FOR", opinion=opinion, now=now)

    def propose(self, key: str, now: datetime.datetime) -> None:
        """The first officer decides to grant."""
        services.propose_permit(
            by=self.maker,
            application=self.application,
            opinion="符合许可条件，拟同意",
            legal_basis=BASIS.format("十一"),
            mark="P",
            key=key,
            now=now,
        )

    def issue(self, key: str, now: datetime.datetime) -> None:
        """The second officer issues."""
        self.stage.permits[self.plant.place] = services.issue_permit(
            by=self.checker, application=self.application, key=key, now=now, opinion="同意颁发"
        )

    def refuse(self, key: str, now: datetime.datetime) -> None:
        """Refuse with reasons."""
        services.refuse_permit(
            by=self.maker,
            application=self.application,
            reason="扩建项目未取得环境影响评价批准文件，不符合许可条件。",
            legal_basis=BASIS.format("十一"),
            key=key,
            now=now,
        )

    def withdraw(self, key: str, now: datetime.datetime) -> None:
        """The applicant takes it back."""
        services.withdraw_application(
            by=self.agent,
            application=self.application,
            reason="项目选址调整，撤回申请。",
            key=key,
            now=now,
        )
