"""Pure rules of permits: numbers, states, terms, quantities. Each refusal has its number."""

import dataclasses
import re

# 18 characters of the credit code, or the substitute of a unit without one (H9, region,
# organisation code or 0000 + serial, lower-case letter); then the site and the mark.
# The mark is never computed: practice knows letters that no published formula gives.
PERMIT_NO = re.compile(
    r"(?P<uscc>[0-9A-HJ-NPQRTUWXY]{18}|H9[0-9]{6}[0-9A-Z]{8}[0-9X][a-hj-np-z])"
    r"(?P<site>[0-9]{3})(?P<mark>[0-9A-Z])"
)


@dataclasses.dataclass(frozen=True)
class PermitNo:
    """The parts of a permit number (HJ 608-2017): credit code, site, identification mark."""

    uscc: str
    site: str
    mark: str

    def __str__(self) -> str:
        return f"{self.uscc}{self.site}{self.mark}"


def parse_permit_no(text: str) -> PermitNo | None:
    """The parts of the number, or None when it does not have the form."""
    found = PERMIT_NO.fullmatch(text)
    return PermitNo(**found.groupdict()) if found else None
