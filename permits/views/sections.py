"""The sections of a draft beside its limits, and the papers of an application."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from parties.access import ActorRequest, allow, door
from parties.rules import Act
from permits import services, store
from permits.models import Application, Attachment, BasicChange, Project, Zone
from permits.queries.dated import in_force
from permits.queries.regulation import attachment_rule
from permits.rules import CLOSED_STATES, DRAFT_STATES, Inquiry, Step, next_state
from permits.section_forms import AttachmentForm, BasicsForm, PlanForm, ProjectForm, YearsForm
from permits.sections import SECTIONS
from permits.services.attachments import megabytes, used_bytes
from permits.work_refusals import FileIsGone, OnlyReads, SectionNotAsked
from shell.refusals import refusals_to

from .applications import reach
from .forms import form_page, posted


def open_section(request: ActorRequest, application_id: int, name: str) -> Application:
    """The draft, if this person may write in it and its kind has the section."""
    draft = reach(request, application_id)
    if draft.kind not in SECTIONS[name][1]:
        raise SectionNotAsked(kind=draft.get_kind_display())
    if draft.state not in DRAFT_STATES:
        next_state(draft.state, Step.SUBMIT)
    return draft


def section_page(
    request: ActorRequest,
    draft: Application,
    form: Any,
    save: Callable[[Any], Any],
    *,
    title: str,
    template: str = "permits/section.html",
    **more: Any,
) -> HttpResponse:
    """Show the section or save it; then back to the application's sections."""
    if form.is_valid():
        with refusals_to(form):
            save(form)
            messages.success(request, _("The section is saved."))
            return redirect("application", draft.pk)
    context = {"application": draft, "title": title, **more}
    return form_page(request, template, form, context)


@allow(Act.APPLY_PERMIT, methods=("GET", "POST"))
def application_project(request: ActorRequest, application_id: int) -> HttpResponse:
    """What is built, its EIA approval, and its acceptance (三同时)."""
    draft = open_section(request, application_id, "application_project")
    project = Project.objects.filter(application=draft).first() or Project(application=draft)
    names = ("nature", "name", "eia_no", "eia_on", "accepted_on", "acceptance_document", "zone")
    initial = {name: getattr(project, name) for name in names} | {"revision": draft.revision}

    def save(form: Any) -> None:
        services.save_project(by=request.actor, application=draft, **form.cleaned_data)

    zones = in_force(Zone.objects.all(), region=draft.site.region, day=timezone.localdate())
    form = ProjectForm(posted(request), zones=zones, initial=initial)
    return section_page(request, draft, form, save, title=_("Project and EIA"))


@allow(Act.APPLY_PERMIT, methods=("GET", "POST"))
def application_basics(request: ActorRequest, application_id: int) -> HttpResponse:
    """The unit's data as they are from now on."""
    draft = open_section(request, application_id, "application_basics")
    said: Any = BasicChange.objects.filter(application=draft).first()
    names = ("name", "name_en", "address", "legal_representative")
    initial = {name: getattr(said or draft.site.enterprise, name) for name in names}
    initial |= {"revision": draft.revision, "changed_on": said and said.changed_on}

    def save(form: Any) -> None:
        services.save_basics(by=request.actor, application=draft, **form.cleaned_data)

    form = BasicsForm(posted(request), initial=initial)
    return section_page(request, draft, form, save, title=_("Unit data"))


@allow(Act.APPLY_PERMIT, methods=("GET", "POST"))
def application_years(request: ActorRequest, application_id: int) -> HttpResponse:
    """Quantities of single years and special periods."""
    draft = open_section(request, application_id, "application_years")
    limits = list(services.quantity_limits(draft).prefetch_related("years", "special_periods"))
    form = YearsForm(posted(request), limits=limits, initial={"revision": draft.revision})

    def save(form: Any) -> None:
        services.save_years(
            by=request.actor,
            application=draft,
            revision=form.cleaned_data["revision"],
            years=form.years(),
            periods=form.periods(),
        )

    title = _("Years and special periods")
    template = "permits/section_years.html"
    return section_page(request, draft, form, save, title=title, template=template)


@allow(Act.APPLY_PERMIT, methods=("GET", "POST"))
def application_plan(request: ActorRequest, application_id: int) -> HttpResponse:
    """Self-monitoring plan and management duties."""
    draft = open_section(request, application_id, "application_plan")
    form = PlanForm(posted(request), application=draft, initial={"revision": draft.revision})

    def save(form: Any) -> None:
        services.save_plan(
            by=request.actor,
            application=draft,
            revision=form.cleaned_data["revision"],
            items=form.items(),
            duties=form.duties(),
        )

    title = _("Self-monitoring and duties")
    template = "permits/section_plan.html"
    return section_page(request, draft, form, save, title=title, template=template)


@allow(Act.SEE_PERMITS, methods=("GET", "POST"))
def application_files(request: ActorRequest, application_id: int) -> HttpResponse:
    """The papers of an application: list, attach."""
    shown = reach(request, application_id)
    is_own = is_writer(request)
    form = AttachmentForm(posted(request) if is_own else None, request.FILES or None)
    if is_own and form.is_valid():
        with refusals_to(form):
            services.attach_file(
                by=request.actor,
                application=shown,
                kind=form.cleaned_data["kind"],
                name=form.cleaned_data["file"].name,
                content=read_upload(shown, form.cleaned_data["file"]),
                now=timezone.now(),
            )
            messages.success(request, _("The file is attached."))
            return redirect("application_files", shown.pk)
    rule = attachment_rule(shown.site.region, timezone.localdate())
    context = {
        "application": shown,
        "files": shown.attachments.standing().select_related("by__user"),
        "may_attach": is_own and may_attach(request, shown),
        "is_draft": shown.state in DRAFT_STATES,
        "most": megabytes(rule.most_bytes),
        "most_in_all": megabytes(rule.most_bytes_in_all),
        "used": megabytes(used_bytes(shown.site.enterprise)),
    }
    return form_page(request, "permits/files.html", form, context)


def is_writer(request: ActorRequest) -> bool:
    """Whether the role writes in applications at all, on either side."""
    return request.actor.may(Act.APPLY_PERMIT) or request.actor.may(Act.REVIEW_PERMIT)


def read_upload(application: Application, file: Any) -> bytes:
    """The bytes of an upload, one more than is allowed at most: no larger file is read whole."""
    rule = attachment_rule(application.site.region, timezone.localdate())
    content: bytes = file.read(rule.most_bytes + 1)
    return content


def may_attach(request: ActorRequest, application: Application) -> bool:
    """Whether this side may add a paper now."""
    if not request.actor.enterprise_id:
        return application.state not in CLOSED_STATES
    is_asked = application.enquiries.open().filter(kind=Inquiry.INFORMATION).exists()
    return application.state in DRAFT_STATES or is_asked


def reach_file(request: ActorRequest, attachment_id: int) -> Attachment:
    """The file's row, if this person may reach its application."""
    reachable = Attachment.objects.for_actor(request.actor).select_related("application__site")
    return door(reachable, pk=attachment_id)


@allow(Act.SEE_PERMITS)
def attachment(request: ActorRequest, attachment_id: int) -> HttpResponse:
    """The file, to be saved and never shown inside our own pages; P157 when it is damaged."""
    found = reach_file(request, attachment_id)
    content = store.read(found.sha256)
    if content is None:
        raise FileIsGone(name=found.name)
    response = HttpResponse(content, content_type=found.media_type)
    response.headers["Content-Disposition"] = (
        content_disposition_header(True, found.name) or "attachment"
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@allow(Act.SEE_PERMITS, methods=("POST",))
def attachment_strike(request: ActorRequest, attachment_id: int) -> HttpResponse:
    """Take a file out of a draft."""
    found = reach_file(request, attachment_id)
    if not is_writer(request):
        raise OnlyReads(role=request.actor.get_role_display())
    services.strike_file(by=request.actor, attachment=found, now=timezone.now())
    messages.success(request, _("The file is taken out; it stays on record."))
    return redirect(reverse("application_files", args=[found.application_id]))
