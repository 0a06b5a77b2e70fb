"""The house style where no tool checks it: sizes, bans, documented models, broken guards."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from simple_history.models import HistoricalChanges

ROOT = Path(__file__).resolve().parent.parent
APPS = ("shell", "parties", "ledger", "permits", "cardswipe", "trading", "config")
DOMAIN = ("ledger", "trading", "permits", "cardswipe")
LONGEST_FUNCTION, LONGEST_TEST, LONGEST_MODULE = 50, 40, 400
LONGEST_TEMPLATE, LONGEST_SCRIPT, ALL_SCRIPTS = 150, 150, 600
BANNED_NAMES = {"utils.py", "helpers.py", "base.py"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def length(text: str) -> int:
    return len(text.splitlines())


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, FUNCTIONS):
            yield node


def uses(path: Path, word: str) -> list[str]:
    """Where the name is used, in calls and annotations alike."""
    nodes = ast.walk(ast.parse(path.read_text()))
    return [f"{name(path)}:{n.lineno}" for n in nodes if isinstance(n, ast.Name) and n.id == word]


def none(found: Iterable[object]) -> None:
    """Nothing was found; else all of it is shown, a line each."""
    lines = [str(one) for one in found]
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


def too_big(sizes: dict[str, int], limit: int) -> list[str]:
    return [
        f"{path}: {size} lines, at most {limit}" for path, size in sizes.items() if size > limit
    ]


def own_files(suffix: str, folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob(f"*{suffix}"))


OURS = [*python_files(*APPS, "scripts", "bench", "tests")]
DOMAIN_LOGIC = [
    path
    for path in python_files(*DOMAIN)
    if {"rules", "services", "formats"} & {path.stem, path.parent.name}
]
SERVICES = [p for p in python_files(*APPS) if "services" in (p.stem, p.parent.name)]
OWN_MODELS = [
    model
    for model in apps.get_models()
    if model._meta.app_label in APPS and not issubclass(model, HistoricalChanges)
]


def test_functions_are_short():
    too_long = []
    for path in OURS:
        for node in functions(path):
            limit = LONGEST_TEST if node.name.startswith("test_") else LONGEST_FUNCTION
            size = node.end_lineno - node.lineno + 1
            if size > limit:
                too_long.append(f"{name(path)}:{node.lineno} {node.name}: {size} > {limit}")
    none(too_long)


def test_modules_are_short():
    sizes = {name(path): length(path.read_text()) for path in OURS}
    none(too_big(sizes, LONGEST_MODULE))


def test_templates_are_short():
    sizes = {name(p): length(p.read_text()) for p in own_files(".html", "templates")}
    none(too_big(sizes, LONGEST_TEMPLATE))


def test_scripts_are_few_and_short():
    sizes = {name(p): length(p.read_text()) for p in own_files(".js", "static")}
    none(too_big(sizes, LONGEST_SCRIPT))
    assert sum(sizes.values()) < ALL_SCRIPTS


def test_no_file_is_named_after_nothing():
    none(name(path) for path in OURS if path.name in BANNED_NAMES)


def test_quantities_and_money_are_never_floats():
    none([place for path in DOMAIN_LOGIC for place in uses(path, "float")])


def test_only_commands_print():
    quiet = (path for path in python_files(*APPS) if "commands" not in path.parts)
    none([place for path in quiet for place in uses(path, "print")])


BANNED_IN_CODE = {
    "a whole table is deleted": re.compile(r"objects\.all\(\)\.delete\("),
    "a save is overridden": re.compile(r"\bdef save\(self"),
    "a signal is received": re.compile(r"@receiver\(|\.connect\(\w+,\s*sender="),
    "a machine's own path": re.compile(r"[\"'(](/work|/root|/home/\w+)/"),
}
CDN = re.compile(
    r"//[^\s\"']*(cdn|unpkg|jsdelivr|googleapis|gstatic|bootcss|staticfile)[^\s\"']*", re.IGNORECASE
)


@pytest.mark.parametrize("what", BANNED_IN_CODE)
def test_code_holds_nothing_banned(what):
    found = [
        f"{name(path)}:{number}"
        for path in python_files(*APPS)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if BANNED_IN_CODE[what].search(line)
    ]
    none(found)


def test_nothing_is_loaded_from_elsewhere():
    files = [*OURS, *own_files(".html", "templates"), *own_files("", "static")]
    none(
        [
            name(path)
            for path in files
            if path.suffix in {".py", ".html", ".js", ".css", ".svg"}
            and path.name != "test_tidy.py"
            and CDN.search(path.read_text())
        ]
    )


INLINE = {
    "script without a source": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
}
# Data for a script, not code: `json_script` writes it, the policy does not execute it.
DATA_SCRIPT = re.compile(r"<script[^>]*type=\"application/json\"", re.IGNORECASE)


@pytest.mark.parametrize("what", INLINE)
def test_templates_hold_nothing_inline(what):
    none(
        f"{name(path)}: {match.group()[:80]}"
        for path in own_files(".html", "templates")
        for match in INLINE[what].finditer(path.read_text())
        if not DATA_SCRIPT.match(match.group())
    )


def test_every_page_has_title_and_language():
    pages = [p for p in own_files(".html", "templates") if "<html" in p.read_text()]
    bad = [
        name(p)
        for p in pages
        if "<title>" not in p.read_text() or not re.search(r"<html[^>]*\blang=", p.read_text())
    ]
    none(bad)


def test_every_model_says_what_it_is():
    # Django writes "Name(field, field)" where there is no docstring.
    none(
        [
            model._meta.label
            for model in OWN_MODELS
            if not model.__doc__ or model.__doc__.startswith(f"{model.__name__}(")
        ]
    )


def exported(path: Path) -> set[str] | None:
    """What a `services/` package offers outside; a lone `services.py` offers all (None)."""
    door = path.with_name("__init__.py")
    if path.parent.name != "services":
        return None
    tree = ast.parse(door.read_text())
    return {a.name for node in tree.body if isinstance(node, ast.ImportFrom) for a in node.names}


def is_service(node: ast.stmt) -> bool:
    """A public function under an actor's name; `record` saves what a service hands it."""
    if not isinstance(node, FUNCTIONS) or node.name.startswith("_") or node.name == "record":
        return False
    return "by" in {argument.arg for argument in [*node.args.args, *node.args.kwonlyargs]}


def service_faults(node: ast.FunctionDef) -> list[str]:
    """What keeps a public service function from being keyword-only and typed."""
    arguments = node.args
    found = []
    if arguments.args or arguments.posonlyargs or arguments.vararg:
        found.append("takes positional arguments")
    named = [*arguments.kwonlyargs, *filter(None, [arguments.kwarg])]
    if node.returns is None or any(argument.annotation is None for argument in named):
        found.append("is not typed")
    return found


def test_every_service_is_keyword_only_and_typed():
    none(
        f"{name(path)}:{node.lineno} {node.name} {fault}"
        for path in SERVICES
        for node in filter(is_service, ast.parse(path.read_text()).body)
        if (offered := exported(path)) is None or node.name in offered
        for fault in service_faults(node)
    )


# --- each guard of the database is broken once in a test --------------------------------------


def guards(model: type[models.Model]) -> Iterator[str]:
    """The names of the model's constraints and triggers."""
    yield from (constraint.name for constraint in model._meta.constraints)
    yield from (trigger.name for trigger in getattr(model._meta, "triggers", []))


# Guards that only SQL names: in tables outside Django's care and in the sentences of triggers.
NAMED_IN_SQL = re.compile(r"CONSTRAINT\s*(?:=\s*'|)(\w+_\w+)")


def guards_in_sql(app: str) -> set[str]:
    files = [*(ROOT / app).rglob("*.sql"), *(ROOT / app / "migrations").glob("*.py")]
    return {found for path in files for found in NAMED_IN_SQL.findall(path.read_text())}


@pytest.mark.parametrize("app", [app for app in APPS if app not in ("shell", "config")])
def test_every_guard_is_named_in_a_test_that_breaks_it(app):
    tests = "\n".join(
        path.read_text() for path in python_files("tests") if path.name != "test_tidy.py"
    )
    missing = [
        f"{model._meta.label}: {guard}"
        for model in OWN_MODELS
        if model._meta.app_label == app
        for guard in guards(model)
        if guard not in tests
    ]
    missing += [f"{app}: {guard}" for guard in sorted(guards_in_sql(app)) if guard not in tests]
    none(missing)


def test_readme_names_only_what_exists():
    text = (ROOT / "README.md").read_text()
    named = set(re.findall(r"`([\w-]+/[\w/.-]*)`", text)) | set(
        re.findall(r"\]\((\w[^):]*)\)", text)
    )
    assert len(named) > 15
    none(path for path in named if not (ROOT / path).exists())


def test_each_decision_record_has_a_number_of_its_own():
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "adr").glob("*.md"))]
    assert len(numbers) > 5
    none(number for number in set(numbers) if numbers.count(number) > 1)


def test_the_tidy_rules_see_what_they_forbid():
    assert INLINE["event handler"].search('<a href="#" onclick="x()">')
    assert INLINE["style attribute"].search('<p class="a" style="color: red">')
    assert INLINE["script without a source"].search("<script>alert(1)</script>")
    assert not INLINE["script without a source"].search('<script src="/a.js" defer></script>')
    bad = ast.parse("def issue(permit, *, now): pass").body[0]
    assert service_faults(bad) == ["takes positional arguments", "is not typed"]
