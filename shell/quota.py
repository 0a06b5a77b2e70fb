"""The quota component's figures: widths, ticks, status step and the sentence in words."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from shell import figures

PARTS = (
    ("used", gettext_lazy("Used")),
    ("on_card", gettext_lazy("On card")),
    ("available", gettext_lazy("Available")),
    ("frozen", gettext_lazy("Frozen")),
    ("overrun", gettext_lazy("Over quota")),
)
SPARK_HEIGHT = 24
SPARK_STEP = 4
MANY_YEARS = 1000  # days after which a date is no longer worth saying


@dataclass(frozen=True)
class QuotaBar:
    """One pollutant's quota in one period, in the ledger's whole unit (mg or litre).

    `discharged` counts the overrun too, as the ledger does. `daily` is the discharge of the
    last days, oldest first; None is a day without data, shown as a gap. `steps` are the
    warning steps in per cent.
    """

    name: str | Promise
    unit: str  # "t" or "m3"
    discharged: int = 0
    on_card: int = 0
    available: int = 0
    frozen: int = 0
    overrun: int = 0
    days: int | None = None
    days_min: int | None = None
    days_max: int | None = None
    today: datetime.date | None = None
    period_end: datetime.date | None = None
    daily: Sequence[int | None] = ()
    steps: tuple[int, int, int] = (80, 90, 100)
    href: str = ""

    @classmethod
    def of(cls, position: Any, **more: Any) -> "QuotaBar":
        """From a ledger position; `more` are days, dates, daily use and the link."""
        return cls(
            name=str(position.pollutant),
            unit="m3" if position.pollutant.unit == "L" else "t",
            discharged=position.discharged,
            on_card=position.on_card,
            available=position.available,
            frozen=position.frozen,
            overrun=position.overrun,
            **more,
        )

    @property
    def used(self) -> int:
        """What was discharged within the quota."""
        return self.discharged - self.overrun

    @property
    def granted(self) -> int:
        return self.used + self.on_card + self.available + self.frozen

    @property
    def left(self) -> int:
        """What may still be discharged; negative when more was discharged than granted."""
        return self.available + self.on_card - self.overrun

    @property
    def used_percent(self) -> int:
        """Used share in whole per cent, rounded down, so no step is shown too early."""
        if self.granted <= 0:
            return 100 if self.discharged else 0
        return self.discharged * 100 // self.granted

    @property
    def tone(self) -> str:
        """The status tone: which warning step has been reached."""
        if not self.granted and not self.discharged:
            return "unknown"
        yellow, red, closed = self.steps
        percent = self.used_percent
        if percent >= closed or self.overrun:
            return "closed"
        return "red" if percent >= red else "yellow" if percent >= yellow else "normal"

    @property
    def word(self) -> str:
        """The status in words, beside its colour and shape."""
        if self.tone == "unknown":
            return _("No quota")
        if self.overrun:
            return _("Over quota")
        if self.tone == "closed":
            return _("Used up")
        return _("%(percent)s %% used") % {"percent": self.used_percent}

    def show(self, amount: int) -> str:
        return figures.t3(amount) if self.unit == "t" else figures.m3(amount)

    @property
    def unit_word(self) -> str:
        return "t" if self.unit == "t" else "m³"

    @property
    def left_shown(self) -> str:
        return self.show(self.left)

    @property
    def granted_shown(self) -> str:
        return self.show(self.granted)

    def _place(self, amount: int) -> int:
        """Where the amount ends on the bar, in thousandths."""
        whole = self.granted + self.overrun
        return amount * 1000 // whole if whole else 0

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The segments from left to right, those of nothing left out."""
        shown, start = [], 0
        for name, label in PARTS:
            amount = getattr(self, name)
            if amount > 0:
                shown.append(
                    {
                        "name": name,
                        "label": label,
                        "figure": self.show(amount),
                        "x": _percent(self._place(start)),
                        # From place to place, so that rounding leaves no gap between parts.
                        "width": _percent(self._place(start + amount) - self._place(start)),
                    }
                )
                start += amount
        return shown

    @property
    def ticks(self) -> list[dict[str, Any]]:
        """The warning steps on the bar; with overrun they move left, as the bar grows."""
        if not self.granted:
            return []
        return [
            {"percent": step, "x": _percent(self._place(self.granted * step // 100))}
            for step in self.steps
        ]

    @property
    def spark(self) -> list[dict[str, Any]]:
        """A bar for each day, highest to the full height; a day without data has none."""
        top = max((amount for amount in self.daily if amount), default=0)
        return [
            {"x": place * SPARK_STEP, **_spark_bar(amount, top)}
            for place, amount in enumerate(self.daily)
        ]

    @property
    def spark_width(self) -> int:
        return len(self.daily) * SPARK_STEP

    @property
    def spark_words(self) -> str:
        """The sparkline for those who do not see it."""
        known = [amount for amount in self.daily if amount is not None]
        return _(
            "Discharge of the last %(days)s days: %(sum)s %(unit)s, most on one day %(top)s"
        ) % {
            "days": len(self.daily),
            "sum": self.show(sum(known)),
            "unit": self.unit_word,
            "top": self.show(max(known, default=0)),
        }

    @property
    def days_words(self) -> str:
        """Days left with their range, like “41 (35–52) days”."""
        if self.days is None or self.left <= 0:
            return ""
        if self.days > MANY_YEARS:
            return _("more than %(days)s days") % {"days": MANY_YEARS}
        if self.days_min is None or self.days_max is None:
            return _("%(days)s days") % {"days": self.days}
        return _("%(days)s days (%(least)s–%(most)s)") % {
            "days": self.days,
            "least": self.days_min,
            "most": min(self.days_max, MANY_YEARS),
        }

    @property
    def sentence(self) -> str:
        """What the figures mean, in one sentence."""
        if self.tone == "unknown":
            return _("No quota of %(name)s has been granted in this period.") % {"name": self.name}
        if self.overrun:
            return _(
                "%(over)s %(unit)s of %(name)s were discharged beyond the quota; "
                "rights must be acquired to make up for them."
            ) % {"over": self.show(self.overrun), "unit": self.unit_word, "name": self.name}
        if self.left <= 0:
            return _("The quota of %(name)s is used up.") % {"name": self.name}
        return self._outlook()

    def _outlook(self) -> str:
        if not self.daily and self.days is None:  # a page that does not look at single days
            return _("%(left)s %(unit)s of %(granted)s %(unit)s are left.") % {
                "left": self.left_shown,
                "granted": self.granted_shown,
                "unit": self.unit_word,
            }
        if self.days is None or self.today is None:
            return _("No %(name)s was discharged lately; nothing runs out.") % {"name": self.name}
        if self.days > MANY_YEARS:
            return _("At this rate %(name)s lasts for years.") % {"name": self.name}
        runs_out = self.today + datetime.timedelta(days=self.days)
        words = {"name": self.name, "date": _day(runs_out)}
        if self.period_end is None:
            return _("At this rate %(name)s lasts until %(date)s.") % words
        words["end"] = _day(self.period_end)
        if runs_out > self.period_end:
            return _("At this rate %(name)s lasts beyond the end of the period on %(end)s.") % words
        return _("At this rate %(name)s lasts until %(date)s; the period ends on %(end)s.") % words


def _percent(permille: int) -> str:
    return f"{permille // 10}.{permille % 10}%"


def _spark_bar(amount: int | None, top: int) -> dict[str, Any]:
    if amount is None:
        return {"is_gap": True, "y": SPARK_HEIGHT - 1, "height": 1}
    height = max(amount * SPARK_HEIGHT // top, 1) if top and amount else 1
    return {"is_gap": False, "y": SPARK_HEIGHT - height, "height": height}


def _day(day: datetime.date) -> str:
    """14 November / 11月14日; with the year, since it may be the next one."""
    return date_format(day, "j F Y") if get_language() == "en" else date_format(day, "Y年n月j日")
