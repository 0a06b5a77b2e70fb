"""Forms of the public verification: what stands on a paper, or its file."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from permits.queries.files import MOST_BYTES
from permits.rights_rules import is_rights_no

PERMIT_NO_LENGTH = 22


class VerifyForm(forms.Form):
    """Number and hash as they stand on the paper, of a permit or of a right."""

    permit_no = forms.CharField(
        label=_("Number of the permit or of the certificate"),
        max_length=24,
        help_text=_("22 characters for a permit; a right's is like 339901-2026-PZ-00001."),
    )
    h = forms.CharField(
        label=_("Document hash"),
        max_length=16,
        required=False,
        help_text=_("The 16 characters printed in the certificate's foot."),
    )

    def clean_permit_no(self) -> str:
        number = str(self.cleaned_data["permit_no"]).upper()
        if not is_rights_no(number) and len(number) != PERMIT_NO_LENGTH:
            raise forms.ValidationError(
                _("This is neither a permit's number (22 characters) nor a certificate's.")
            )
        return number


class VerifyFileForm(forms.Form):
    """A certificate as file."""

    file = forms.FileField(
        label=_("Certificate (PDF file)"),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
        help_text=_("At most 10 MB. The file is compared byte by byte and not kept."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file has more than 10 MB."))
        return file
