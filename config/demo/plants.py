"""The enterprises of the city, read from the table beside this module."""

import csv
import dataclasses
from collections.abc import Sequence
from importlib import resources

from parties.rules import uscc_check_character

MG_PER_T = 10**9
LITRES_PER_KM3 = 10**6  # thousand cubic metres
MG_PER_L_PER_KM3 = 10**6  # one mg/L over a thousand cubic metres is 10⁶ mg


@dataclasses.dataclass(frozen=True)
class Outlet:
    """A main outlet with its limits: (pollutant, concentration, quantity per year in mg or L)."""

    code: str
    name: str
    limits: tuple[tuple[str, str | None, int], ...]

    @property
    def medium(self) -> str:
        """WATER or AIR, as the code says."""
        return "WATER" if self.code.startswith("DW") else "AIR"


@dataclasses.dataclass(frozen=True)
class Plant:
    """One enterprise of the table; water in thousand m³ per year, gas in t per year."""

    place: int
    name: str
    name_en: str
    county: str
    industry_code: str
    industry: str
    address: str
    representative: str
    agent: str
    water: int
    cod: int
    nh3n: int
    water_outlets: int
    so2: int
    nox: int
    gas_outlets: int
    pace: int
    permit: str

    @property
    def uscc(self) -> str:
        """A code with the right check character; region and serial say that it is made up."""
        body = f"91{self.county}MA2D{self.place:05d}"
        return body + uscc_check_character(body)

    @property
    def trade(self) -> str:
        """The division of GB/T 4754: 13 food, 17 textiles, 19 leather, 22 paper …"""
        return self.industry_code[:2]

    @property
    def is_new(self) -> bool:
        """Whether it has no permit yet."""
        return self.permit.startswith("new_")

    @property
    def management_class(self) -> str:
        """Key management for the larger ones."""
        return "KEY" if self.water * self.cod >= 20_000 else "SIMPLIFIED"  # 20 t of COD a year

    @property
    def outlets(self) -> list[Outlet]:
        """The main outlets; the first of two carries 60 % of the quantity."""
        return [*self._water_outlets(), *self._gas_outlets()]

    def _water_outlets(self) -> list[Outlet]:
        names = ("污水总排口", "车间废水排口")
        made = []
        for index, percent in enumerate(shares(self.water_outlets)):
            litres = self.water * LITRES_PER_KM3 * percent // 100
            limits = (
                ("COD", str(self.cod), litres * self.cod),
                ("NH3N", str(self.nh3n), litres * self.nh3n),
                ("WATER", None, litres),
            )
            made.append(Outlet(f"DW{index + 1:03d}", names[index], limits))
        return made

    def _gas_outlets(self) -> list[Outlet]:
        names = ("锅炉烟囱", "工艺废气排口")
        made = []
        for index, percent in enumerate(shares(self.gas_outlets)):
            limits = (
                ("SO2", "50", self.so2 * MG_PER_T * percent // 100),
                ("NOX", "150", self.nox * MG_PER_T * percent // 100),
            )
            made.append(Outlet(f"DA{index + 1:03d}", names[index], limits))
        return made


def shares(outlets: int) -> Sequence[int]:
    """The percentages of one, two or no outlets."""
    return ((), (100,), (60, 40))[outlets]


NUMBERS = ("water", "cod", "nh3n", "water_outlets", "so2", "nox", "gas_outlets", "pace")


def plants() -> list[Plant]:
    """All of the table, in its order."""
    table = resources.files("config.demo").joinpath("enterprises.csv")
    with table.open(encoding="utf-8") as file:
        return [
            Plant(place=place, **{k: int(v) if k in NUMBERS else v for k, v in row.items()})  # type: ignore[arg-type]
            for place, row in enumerate(csv.DictReader(file), start=1)
        ]
