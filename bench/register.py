"""The public register with a thousand permits and with a hundred thousand: search, turn, open."""

import random
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench.books import city
from bench.report import Figure
from bench.timing import seconds
from parties.models import Region
from parties.services import system_actor
from permits.models import Permit

SMALL, LARGE = 1_000, 100_000
GOAL_MS = 100
FIRST = 10_000_000  # the rows' numbers stand clear of any that others made

# What a name is made of; the last kind of word stands in one name of a thousand.
PLACES = "清源 越溪 海宁 桐乡 嘉善 平湖 定海 普陀 江山 龙游"
WORDS = (
    "恒盛 泓达 远洋 金辉 天成 瑞丰 华泰 明达 新源 长河 兴业 宏图 东升 安泰 顺和 永康 振华"
    " 博远 佳和 立信 鑫隆 同济 联创 中正 海联 伟业 大成 万通 富春 绿洲"
)
TRADES = "印染 电镀 化工 造纸 制革 食品 医药 热电 水处理 水泥 机械 塑料 纺织 玻璃 钢铁"
RARE = "璟玥"

# n is the serial number of a permit from %(low)s to %(high)s; every text is made from it.
NAME = """(%(places)s::text[])[1 + abs(hashint4(n)) %% 10]
  || (%(words)s::text[])[1 + abs(hashint4(n + 7)) %% 30]
  || (%(words)s::text[])[1 + abs(hashint4(n + 17)) %% 30]
  || CASE WHEN n %% 1000 = 0 THEN %(rare)s ELSE '' END
  || (%(trades)s::text[])[1 + abs(hashint4(n + 27)) %% 15] || '有限公司'"""
USCC = "'91339901MB' || lpad(n::text, 7, '0') || 'X'"
ROWS = (
    """CREATE TEMP TABLE made AS
SELECT n, %(first)s + n AS id, {uscc} AS uscc, {name} AS name,
       CASE WHEN n %% 20 = 0 THEN 'EXPIRED' ELSE 'VALID' END AS state,
       date '2024-01-01' + n %% 900 AS starts, lpad((n %% 4300 + 100)::text, 4, '0') AS industry
FROM generate_series(%(low)s, %(high)s) n""",
    """INSERT INTO parties_enterprise
  (id, uscc, name, name_en, region_id, industry_code, industry_name, address,
   legal_representative, state)
SELECT id, uscc, name, '', %(region)s, industry, '制造业', '工业大道 ' || n || ' 号', '张三', 'OPEN'
FROM made""",
    """INSERT INTO permits_site
  (id, enterprise_id, site_no, name, name_en, region_id, address, basin, air_shed)
SELECT id, id, '001', name || '厂区', '', %(region)s, '工业大道 ' || n || ' 号', '钱塘江流域', ''
FROM made""",
    """INSERT INTO permits_outlet
  (id, site_id, code, medium, kind, name, mode, destination, position)
SELECT 2 * id + air, id, CASE air WHEN 0 THEN 'DW001' ELSE 'DA001' END,
       CASE air WHEN 0 THEN 'WATER' ELSE 'AIR' END, 'MAIN', '总排口', 'DIRECT', '', ''
FROM made, generate_series(0, 1) air""",
    """INSERT INTO permits_permit
  (id, site_id, permit_no, state, valid_from, valid_to, holder_name, names)
SELECT id, id, uscc || '001P', state, starts, starts + 1825, name, name FROM made ORDER BY n""",
    """INSERT INTO permits_permitversion
  (id, permit_id, number, business_type, management_class, valid_from, valid_to, in_force_from,
   content, content_sha256, application_id, approval_id, issued_by_id, issued_at)
SELECT id, id, 1, 'APPLY', 'KEY', starts, starts + 1825, starts,
       jsonb_build_object('permit_no', uscc || '001P', 'version', 1, 'issue_date', starts,
         'unit', jsonb_build_object('name', name, 'name_en', '', 'uscc', uscc,
           'industry_code', industry, 'industry_name', '制造业'),
         'site', jsonb_build_object('region', %(region)s::text, 'region_zh', '区', 'site_no', '001',
           'name', name || '厂区', 'address', '工业大道 ' || n || ' 号'),
         'issuer', jsonb_build_object('name_zh', '局', 'name_en', 'Bureau'),
         'outlets', (SELECT jsonb_agg(jsonb_build_object('code', code, 'medium', medium,
           'kind', 'MAIN', 'name', '总排口', 'mode', 'DIRECT', 'destination', '', 'position', '',
           'limits', jsonb_build_array(jsonb_build_object('pollutant', pollutant,
             'pollutant_zh', pollutant, 'concentration', '50', 'concentration_unit', unit,
             'quantity_per_year', (1 + n %% 90) * 1000000000::bigint, 'quantity_unit', 'MG'))))
           FROM (VALUES ('DW001', 'WATER', 'COD', 'mg/L'), ('DA001', 'AIR', 'SO2', 'mg/m³'))
             outlet (code, medium, pollutant, unit))),
       sha256(uscc::bytea), id, id, %(by)s, starts FROM made""",
    """INSERT INTO permits_limit
  (id, version_id, outlet_id, outlet_kind, pollutant_id, concentration, quantity_per_year)
SELECT 3 * id + at, id, 2 * id + at / 2, 'MAIN', (%(pollutants)s::text[])[1 + at], 50,
       (1 + n %% 90) * 1000000000::bigint
FROM made, generate_series(0, 2) at""",
    "DROP TABLE made",
)
TABLES = (
    "parties_enterprise, permits_site, permits_outlet, permits_permit, permits_permitversion,"
    " permits_limit"
)

# What people type: two characters, one, a whole name's part, what all have, nothing's, a number.
TEXTS = ("印染", RARE, "恒", "恒盛瑞丰", "有限公司", "司公", "水处理有限", "91339901MB00", "ABC")
ORDERS = ("", "permit_no", "-permit_no", "holder_name", "valid_to", "-valid_from")


def fill(low: int, high: int) -> None:
    """Permits with the numbers from low to high, with site, outlets, version and limits.

    Set-based and past the triggers; the names are written as the permits' trigger would.
    """
    region = city()
    county, _ = Region.objects.get_or_create(
        code="339901",
        defaults={"name_zh": "区", "name_en": "District", "level": "COUNTY", "parent": region},
    )
    values: dict[str, Any] = {
        "low": low,
        "high": high,
        "first": FIRST,
        "region": county.pk,
        "by": system_actor("bench").pk,
        "places": PLACES.split(),
        "words": WORDS.split(),
        "trades": TRADES.split(),
        "rare": RARE,
        "pollutants": ["COD", "NH3N", "SO2"],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in ROWS:
            cursor.execute(statement.format(uscc=USCC, name=NAME), values)
        cursor.execute("SET LOCAL session_replication_role = origin")


@dataclass(frozen=True)
class Pages:
    """Milliseconds of one kind of request, and the most questions one of them asked."""

    spent: Sequence[float]
    queries: int

    @property
    def p50(self) -> float:
        return statistics.median(self.spent)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.spent, n=20)[-1]

    def __str__(self) -> str:
        return f"p50 {self.p50:.0f} ms, p95 {self.p95:.0f} ms, {self.queries} queries"


def measure(*, quick: bool) -> Iterator[Figure]:
    """The same requests with few permits and with many, through the whole of Django."""
    large = LARGE // 10 if quick else LARGE
    rounds = 3 if quick else 12
    fill(1, SMALL)
    few = measured(rounds)
    filled = seconds(lambda: fill(SMALL + 1, large))
    many = measured(rounds)
    words = f"{SMALL} permits: {few['search']}; {large}: {many['search']}"
    yield Figure("register_search_p50_ms", many["search"].p50, "ms", "", words)
    yield Figure("register_search_p95_ms", many["search"].p95, "ms", f"<= {GOAL_MS}", words)
    ratio = many["search"].p95 / few["search"].p95
    yield Figure("register_search_100k_vs_1k", ratio, "ratio", "", "p95 of the same searches")
    words = f"in {len(ORDERS)} orders, far inside; {SMALL}: {few['turn']}; {large}: {many['turn']}"
    yield Figure("register_turn_p95_ms", many["turn"].p95, "ms", f"<= {GOAL_MS}", words)
    words = f"a permit's page; {SMALL}: {few['page']}; {large}: {many['page']}"
    yield Figure("register_page_p95_ms", many["page"].p95, "ms", f"<= {GOAL_MS}", words)
    more = max(many[name].queries - few[name].queries for name in many)
    asked = max(one.queries for one in many.values())
    yield Figure("register_queries", asked, "queries", "", f"{more} more than with {SMALL}")
    yield Figure("register_fill_seconds", filled, "s", "", "set-based; not measured work")


def measured(rounds: int) -> dict[str, Pages]:
    """Searches, pages far inside the list, pages of permits, at the present length."""
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {TABLES}")
    ids = list(Permit.objects.values_list("pk", flat=True))
    drawn = random.Random(7)
    register = reverse("register")
    searches = [f"{register}?text={text}" for text in TEXTS] + [register]
    searches += [f"{register}?industry=17", f"{register}?region=339901&state=EXPIRED&text=印染"]
    turns = [f"{register}?sort={order}&after={drawn.choice(ids)}" for order in ORDERS * 2]
    pages = [reverse("register_permit", args=[drawn.choice(ids)]) for _ in range(12)]
    return {
        "search": asked(searches * rounds),
        "turn": asked(turns * rounds),
        "page": asked(pages * rounds),
    }


def asked(addresses: Sequence[str]) -> Pages:
    """Open each of the addresses as the public; the first of all only warms up."""
    client = Client(HTTP_HOST="localhost")

    def open_(address: str) -> Callable[[], None]:
        def act() -> None:
            assert client.get(address).status_code == 200, address

        return act

    open_(addresses[0])()
    most = 0
    for address in sorted(set(addresses)):
        with CaptureQueriesContext(connection) as seen:
            open_(address)()
        most = max(most, len(seen))
    return Pages([1000 * seconds(open_(address)) for address in addresses], most)
