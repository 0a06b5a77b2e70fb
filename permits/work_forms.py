"""Forms of the officers' work: asking, answering, giving an application to somebody, rules."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parties.models import Membership, Region
from parties.rules import ROLES, Act
from permits.models import AttachmentRule, LegalAct, LegalClock, ReviewDuty, RightsRule
from permits.models.applications import KIND_NAMES, ManagementClass, PauseReason
from permits.models.clocks import ClockUnit
from permits.models.enquiries import DUTY_NAMES, INQUIRY_NAMES, Finding
from permits.models.rights import IssuedWhen
from shell.forms import CountField, DayField, OnceForm

from .forms import ReasonForm

ANY: list[tuple[str, Any]] = [("", _("every"))]


def reviewers(actor: Membership, day: datetime.date) -> Any:
    """Those who review permits in the actor's bureau or below it, by name."""
    roles = [role for role, acts in ROLES.items() if Act.REVIEW_PERMIT in acts]
    return (
        Membership.objects.for_actor(actor)
        .in_force(day)
        .filter(role__in=roles, bureau__isnull=False)
        .select_related("user", "bureau")
        .order_by("user__display_name")
    )


class OfficerField(forms.ModelChoiceField):
    """An officer, shown by name."""

    def label_from_instance(self, member: Any) -> str:
        return f"{member.user} · {member.bureau}"


class AssignForm(OnceForm):
    """Give an application to an officer."""

    officer = OfficerField(Membership.objects.none(), label=_("Officer"))
    opinion = forms.CharField(label=_("Note"), max_length=400, required=False)

    def __init__(self, *args: Any, actor: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["officer"]
        chosen.queryset = reviewers(actor, timezone.localdate())


class AskForm(OnceForm):
    """Ask something before the decision."""

    kind = forms.ChoiceField(
        label=_("What is asked for"), choices=[*INQUIRY_NAMES.items()], widget=forms.RadioSelect
    )
    question = forms.CharField(
        label=_("What has to be found out"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("A request for information goes to the applicant in these words."),
    )
    asked_of = OfficerField(
        Membership.objects.none(),
        label=_("Peer (for a peer review)"),
        required=False,
    )
    due_on = DayField(label=_("Answer by"), required=False)
    pause_reason = forms.ChoiceField(
        label=_("Legal reason to stop the clock until the answer"),
        choices=[("", _("none: the clock runs on")), *PauseReason.choices],
        required=False,
    )
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=160, required=False)

    def __init__(self, *args: Any, actor: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["asked_of"]
        chosen.queryset = reviewers(actor, timezone.localdate()).exclude(user=actor.user_id)


class PauseForm(ReasonForm):
    """Stop the clock."""

    pause_reason = forms.ChoiceField(label=_("Why the clock stops"), choices=PauseReason.choices)
    expected_to = DayField(label=_("Expected to run on from"), required=False)


class AnswerForm(OnceForm):
    """Answer what was asked."""

    text = forms.CharField(
        label=_("Answer"), max_length=8000, widget=forms.Textarea(attrs={"rows": 6})
    )
    finding = forms.ChoiceField(
        label=_("Finding"), choices=[("", "–"), *Finding.choices], required=False
    )

    def __init__(self, *args: Any, is_officer: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_officer:
            del self.fields["finding"]


class BatchForm(OnceForm):
    """What is done with the chosen applications."""

    action = forms.ChoiceField(
        label=_("What to do"),
        choices=[("claim", _("take on")), ("assign", _("give to")), ("accept", _("accept"))],
    )
    officer = OfficerField(
        Membership.objects.none(), label=_("Officer"), required=False, empty_label="–"
    )
    chosen = forms.TypedMultipleChoiceField(coerce=int, required=True)

    def __init__(self, *args: Any, actor: Membership, numbers: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        officers: Any = self.fields["officer"]
        officers.queryset = reviewers(actor, timezone.localdate())
        boxes: Any = self.fields["chosen"]
        boxes.choices = [(number, number) for number in numbers]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("action") == "assign" and not data.get("officer"):
            self.add_error("officer", _("Choose the officer."))
        return data


class PermitRuleForm(OnceForm):
    """A row of regulation of the own region."""

    region = forms.ModelChoiceField(Region.objects.none(), label=_("Region"))
    valid_from = DayField(label=_("In force from"))
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=160)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    reason = forms.CharField(label=_("Reason of the entry"), max_length=200)

    def __init__(self, *args: Any, actor: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["region"]
        chosen.queryset = Region.objects.filter(code__startswith=actor.region_prefix)

    def shared(self) -> dict[str, Any]:
        return {
            name: self.cleaned_data[name]
            for name in ("region", "valid_from", "legal_basis", "note")
        }


class LegalClockForm(PermitRuleForm):
    """The term of an act."""

    act = forms.ModelChoiceField(LegalAct.objects.all(), label=_("Act"))
    amount = CountField(label=_("Length of term"), least=1, most=1000)
    unit = forms.ChoiceField(label=_("Unit"), choices=ClockUnit.choices)
    field_order = ["act", "amount", "unit", "region"]

    def rule(self) -> LegalClock:
        own = {name: self.cleaned_data[name] for name in ("act", "amount", "unit")}
        return LegalClock(**self.shared(), **own)


class ReviewDutyForm(PermitRuleForm):
    """What must be on file before a permit is granted."""

    duty = forms.ChoiceField(label=_("What must be on file"), choices=[*DUTY_NAMES.items()])
    kind = forms.ChoiceField(
        label=_("Kind of application"), choices=[*ANY, *KIND_NAMES.items()], required=False
    )
    management_class = forms.ChoiceField(
        label=_("Management class"), choices=[*ANY, *ManagementClass.choices], required=False
    )
    field_order = ["duty", "kind", "management_class", "region"]

    def rule(self) -> ReviewDuty:
        own = {name: self.cleaned_data[name] for name in ("duty", "kind", "management_class")}
        return ReviewDuty(**self.shared(), **own)


class AttachmentRuleForm(PermitRuleForm):
    """How large files may be."""

    most = CountField(label=_("Largest file"), unit_word="MB", least=1, most=1000)
    most_in_all = CountField(
        label=_("All files of an enterprise"), unit_word="MB", least=1, most=1_000_000
    )
    field_order = ["most", "most_in_all", "region"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("most") and data.get("most_in_all") and data["most"] > data["most_in_all"]:
            self.add_error("most_in_all", _("All files together cannot be less than one file."))
        return data

    def rule(self) -> AttachmentRule:
        return AttachmentRule(
            **self.shared(),
            most_bytes=self.cleaned_data["most"] * 1_000_000,
            most_bytes_in_all=self.cleaned_data["most_in_all"] * 1_000_000,
        )


class RightsRuleForm(PermitRuleForm):
    """When certificates of rights are issued."""

    issued_when = forms.ChoiceField(
        label=_("Certificates of rights are issued"),
        choices=IssuedWhen.choices,
        widget=forms.RadioSelect,
    )
    field_order = ["issued_when", "region"]

    def rule(self) -> RightsRule:
        return RightsRule(**self.shared(), issued_when=self.cleaned_data["issued_when"])


class EndPermitRuleForm(OnceForm):
    """The last day of a row of regulation."""

    last_day = DayField(label=_("Last day"))
    reason = forms.CharField(label=_("Reason of the entry"), max_length=200)
