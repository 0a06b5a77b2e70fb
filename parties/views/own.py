"""What a person sees and chooses for himself: role, language, sessions, second factor."""

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from parties import queries, services
from parties.access import SIGNED_IN, ActorRequest, allow, door, own_roles
from parties.delivery_forms import PhoneForm
from parties.forms import LanguageForm, posted
from parties.language import remember_language
from shell.units import is_id


@allow(SIGNED_IN, methods=("POST",))
def switch_role(request: ActorRequest) -> HttpResponse:
    """Go on under another of one's own roles; the choice holds for this session."""
    number = request.POST.get("membership", "")
    if not is_id(number):
        return redirect("home")
    membership = door(own_roles(request), pk=int(number))
    request.session["membership"] = membership.pk
    messages.success(request, _("You now act as %(role)s.") % {"role": membership.standing})
    return redirect("home")


@allow(SIGNED_IN, methods=("GET", "POST"))
def me(request: ActorRequest) -> HttpResponse:
    """One's own page."""
    form = LanguageForm(posted(request), initial={"language": request.user.language})
    if request.method == "POST" and form.is_valid():
        language = form.cleaned_data["language"]
        response = redirect("me")
        services.choose_language(by=request.user, language=language)
        remember_language(response, language)
        with translation.override(language):
            messages.success(request, _("The language is changed."))
        return response
    return my_page(request, form, PhoneForm(initial={"phone": request.user.phone}))


@allow(SIGNED_IN, methods=("POST",))
def phone(request: ActorRequest) -> HttpResponse:
    """Choose the number for text messages."""
    form = PhoneForm(request.POST)
    if form.is_valid():
        services.choose_phone(by=request.user, phone=form.cleaned_data["phone"])
        messages.success(request, _("The mobile number is changed."))
        return redirect("me")
    return my_page(request, LanguageForm(initial={"language": request.user.language}), form)


def my_page(request: ActorRequest, form: LanguageForm, phone_form: PhoneForm) -> HttpResponse:
    """One's own page with its two forms, 422 when one has errors."""
    context = {
        "form": form,
        "phone_form": phone_form,
        "roles": queries.roles_of(request.user),
        "sessions": UserSession.objects.purge_and_list(request.user),
        "has_second_factor": is_mfa_enabled(request.user),
    }
    return render(
        request, "parties/me.html", context, status=422 if form.errors or phone_form.errors else 200
    )


@allow(SIGNED_IN, methods=("POST",))
def end_sessions(request: ActorRequest) -> HttpResponse:
    """Sign out everywhere but here: for a browser left open somewhere else."""
    others = UserSession.objects.filter(user=request.user).exclude(
        session_key=request.session.session_key
    )
    for session in others:
        session.end()
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("me")
