"""Forms of text messages: one's own number, the provider, the templates."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from parties.models import SmsProvider, SmsTemplate
from parties.models.deliveries import ProviderKind
from parties.models.notices import TONES

from .forms import DatedRowForm

PHONE = RegexValidator(
    r"\A(1[3-9][0-9]{9}|\+[1-9][0-9]{6,14})\Z",
    _("Enter 11 digits, or an international number with its plus sign."),
)
SECRET = RegexValidator(
    r"\ASMS_[A-Z0-9_]{1,36}\Z",
    _("A variable's name begins with SMS_ and has capital letters, digits and underscores."),
)


class PhoneForm(forms.Form):
    """One's own mobile number."""

    phone = forms.CharField(
        label=_("Mobile number"),
        required=False,
        max_length=16,
        validators=[PHONE],
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        help_text=_("For warnings by text message. Leave it empty to get none."),
    )


class ProviderForm(DatedRowForm):
    """Who takes text messages."""

    model = SmsProvider
    name = forms.CharField(label=_("Name"), max_length=60)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=ProviderKind.choices, widget=forms.RadioSelect
    )
    url = forms.URLField(label=_("Address"), required=False, max_length=300, assume_scheme="https")
    content_type = forms.ChoiceField(
        label=_("Content type"),
        choices=[
            (kind, kind) for kind in ("application/json", "application/x-www-form-urlencoded")
        ],
    )
    headers = forms.CharField(
        label=_("Further headers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One per line, like “Authorization: Bearer {secret}”."),
    )
    body = forms.CharField(
        label=_("Body"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("{phone} {text} {id} {template} {secret} are filled in."),
    )
    success = forms.CharField(
        label=_("Accepted when the answer holds"),
        required=False,
        max_length=100,
        help_text=_("Empty: every answer below status 300 counts."),
    )
    secret_name = forms.CharField(
        label=_("Variable with the secret"),
        required=False,
        validators=[SECRET],
        help_text=_("The secret itself is set where the services start; it is never kept here."),
    )
    field_order = (
        "region", "name", "kind", "url", "content_type", "headers", "body", "success",
        "secret_name", "valid_from", "reason",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == ProviderKind.HTTP and not data.get("url"):
            self.add_error("url", _("An HTTP interface needs its address."))
        return data


class TemplateForm(DatedRowForm):
    """The words of text messages."""

    model = SmsTemplate
    tone = forms.ChoiceField(label=_("Urgency"), choices=TONES)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    text = forms.CharField(
        label=_("Words"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("{text} stands for the message, {place} for whom it is to."),
        validators=[RegexValidator(r"\{text\}", _("The words must hold {text}."))],
    )
    code = forms.CharField(
        label=_("Number of the template at the provider"), required=False, max_length=40
    )
    field_order = ("region", "tone", "language", "text", "code", "valid_from", "reason")
