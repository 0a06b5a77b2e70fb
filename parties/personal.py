"""What names a person and can be erased on request (个人信息保护法 art. 47), as each app knows it.

An app registers its kinds once Django is ready:

    personal.register(Datum("card_contact", name=_("…"), keeping=Keeping.CARD, …))

The columns must be personal data for the proof log too (`ledger.sources`): only then does a record
hold a commitment in place of the value, and stays proved when value and salt are gone.
"""

import dataclasses
import datetime
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parties.models import Membership, User
from parties.models.keeping import Keeping
from shell.refusals import Text

# What stands in place of a name: no language's word, and no name.
MARK = "***"
Free = Callable[[Any], datetime.date | None]


@dataclasses.dataclass(frozen=True)
class Datum:
    """A kind of personal data of one kind of object.

    `number`: the column by which people know the object; `free_from`: the last day on which the
    data were needed, None while they are; `marks`: by column, what replaces the value.
    """

    code: str
    name: Text
    number_name: Text
    keeping: Keeping
    model: Any
    number: str
    free_from: Free
    marks: Callable[[Any], dict[str, str]]

    def found(self, actor: Membership, number: str) -> Any:
        """The object with this number within the actor's reach, or None."""
        rows = self.model.objects.for_actor(actor)
        return rows.filter(**{self.number: number.strip()}).first()

    def get(self, pk: int) -> Any:
        """The object, locked."""
        return self.model.objects.select_for_update(of=("self",)).get(pk=pk)

    def is_erased(self, obj: Any) -> bool:
        """Whether nothing of it is left."""
        return all(getattr(obj, name) == mark for name, mark in self.marks(obj).items())


DATA: dict[str, Datum] = {}
NAMES: dict[str, Text] = {}


def register(datum: Datum) -> None:
    """Make a kind of personal data one that can be erased."""
    DATA[datum.code] = datum
    NAMES[datum.code] = datum.name


def last_role_ended(person: User) -> datetime.date | None:
    """The day on which the person's last role ended; None while one holds or will."""
    days = []
    for role in Membership.objects.filter(user=person):
        ended = timezone.localdate(role.ended_at) if role.ended_at else role.valid_to
        if ended is None:
            return None
        days.append(min(ended, role.valid_to or ended))
    return max(days, default=timezone.localdate(person.date_joined))


def person_marks(person: User) -> dict[str, str]:
    """Everything of an account that names its owner."""
    mine = {"username": f"erased-{person.pk}", "display_name": MARK}
    return mine | dict.fromkeys(("first_name", "last_name", "email", "phone"), "")


PERSON = Datum(
    code="person",
    name=_("everything that names the owner of an account"),
    number_name=_("user name"),
    keeping=Keeping.ACTS,
    model=User,
    number="username",
    free_from=last_role_ended,
    marks=person_marks,
)
CONTACT = Datum(
    code="person_contact",
    name=_("telephone and e-mail of an account"),
    number_name=_("user name"),
    keeping=Keeping.CONTACT,
    model=User,
    number="username",
    free_from=lambda _person: datetime.date.min,
    marks=lambda _person: {"email": "", "phone": ""},
)
for _datum in (PERSON, CONTACT):
    register(_datum)
