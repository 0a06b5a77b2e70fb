"""The management class of an application: the catalogue's questions and what it proposes."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from parties.access import ActorRequest, allow
from parties.rules import Act
from permits import services
from permits.models import Classification
from permits.queries.catalogue import answers_of, classing
from permits.register_forms import ClassForm, initial_answers

from .forms import posted
from .sections import open_section, section_page


@allow(Act.APPLY_PERMIT, methods=("GET", "POST"))
def application_class(request: ActorRequest, application_id: int) -> HttpResponse:
    """Answer the catalogue's questions and take the class it proposes, or say why not."""
    draft = open_section(request, application_id, "application_class")
    kept = Classification.objects.filter(application=draft).first()
    found = classing(draft, timezone.localdate())
    is_other = kept is not None and kept.chosen != kept.proposed
    initial = initial_answers(answers_of(draft)) | {
        "revision": draft.revision,
        "chosen": kept.chosen if kept and is_other else "",
        "reason": kept.reason if kept else "",
    }
    form = ClassForm(posted(request), found=found, initial=initial)

    def save(form: Any) -> None:
        services.save_class(
            by=request.actor,
            application=draft,
            revision=form.cleaned_data["revision"],
            answers=form.answers(),
            chosen=form.cleaned_data["chosen"],
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )

    return section_page(
        request,
        draft,
        form,
        save,
        title=_("Management class"),
        template="permits/section_class.html",
        found=found,
        proposal=found.proposal,
        proposed=found.proposed,
    )
