"""What an approval can be about: each app says how its subjects are called and where they are.

An app registers in the `ready` of its AppConfig, or at import of its `urls`:

    subjects.register("permit", name=_("permit"), url_name="permit", argument="permit_id")
"""

import dataclasses

from django.urls import reverse

from shell.refusals import Text


@dataclasses.dataclass(frozen=True)
class Subject:
    """A kind of thing that needs a second person."""

    name: Text
    url_name: str
    argument: str

    def address(self, subject_id: int) -> str:
        """The page on which it is shown."""
        return reverse(self.url_name, kwargs={self.argument: subject_id})


SUBJECTS: dict[str, Subject] = {}


def register(subject_type: str, *, name: Text, url_name: str, argument: str) -> None:
    """Make a kind of subject known to the list of approvals."""
    SUBJECTS[subject_type] = Subject(name, url_name, argument)
