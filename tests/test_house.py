"""The house keeps its own rules: import arrow, migrations, locks, and a text that speaks of itself alone."""

from __future__ import annotations

import ast
import gettext
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils.translation import trim_whitespace

from tests.import_graph import circles, import_graph, module_files
from tests.sharing import LONGEST_FIRST, WITH_SERVERS

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("audit", "rules", "fraud", "cases")


def test_import_contracts_hold():
    program = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert answer.returncode == 0, answer.stdout[-3000:]


def test_no_modules_import_each_other_in_a_circle():
    """Imports inside functions and for types alone count: they hide a circle, they do not end it."""
    assert circles(import_graph(module_files(ROOT, SOURCES))) == []


def test_a_circle_would_be_found():
    straight = {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}
    assert circles(straight) == []
    assert circles({**straight, "d": ["b"]}) == [["b", "d"]]
    assert sorted(circles({"a": ["b"], "b": ["a"], "c": ["d"], "d": ["e"], "e": ["c", "a"]})) == [
        ["a", "b"],
        ["c", "d", "e"],
    ]


def test_what_needs_a_server_stays_in_one_process_of_a_run(request):
    """A file that asks for one and is not in the table would have every process of a run start another."""
    asked = {"postgres", "redis", "zygote"}
    files = {
        item.nodeid.partition("::")[0] for item in request.session.items if asked & set(item.fixturenames)
    }
    assert files <= set(WITH_SERVERS)
    assert all((ROOT / file).exists() for file in (*WITH_SERVERS, *LONGEST_FIRST) if "/" in file)


def system_clock_calls(source: str) -> list[str]:
    """`datetime.now`, `timezone.now`, `date.today`, `localdate()` and their like, where a source calls or hands them on."""
    found: list[str] = []
    if not re.search(r"\.(now|utcnow|today|time)\b|localdate", source):  # parsing takes long
        return found
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            name = f"{node.value.id}.{node.attr}"
            if name in {
                "datetime.now",
                "datetime.utcnow",
                "datetime.today",
                "timezone.now",
                "date.today",
                "time.time",
            }:
                found.append(f"{node.lineno}: {name}")
        if isinstance(node, ast.Call) and not node.args:
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called.endswith("localdate"):
                found.append(f"{node.lineno}: localdate()")
    return sorted(found)


def test_only_the_one_clock_asks_the_machine_for_the_time():
    found = {
        name: calls
        for name, path in module_files(ROOT, SOURCES).items()
        if name != "audit.clock" and (calls := system_clock_calls(path.read_text(encoding="utf-8")))
    }
    assert found == {}
    assert system_clock_calls("at = datetime.now(UTC)\nday = timezone.localdate()\nkept = localdate(x)") == [
        "1: datetime.now",
        "2: localdate()",
    ]


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.parametrize("name", ["runtime", "dev", "installer"])
def test_lock_names_no_registry_host_and_pins_every_hash(name):
    text = (ROOT / "requirements" / f"{name}.lock").read_text()
    assert not re.search(r"https?://|--index-url|--find-links", text)
    pins = re.findall(r"^[a-z0-9][\w.\[\]-]*==", text, flags=re.M)
    assert pins
    assert text.count("--hash=sha256:") >= len(pins)


def test_lock_keeps_celery_below_5_7_and_leaves_the_gpu_library_out():
    text = (ROOT / "requirements" / "runtime.lock").read_text()
    assert re.search(r"^celery==5\.6\.", text, flags=re.M)
    for line in re.findall(r"^nvidia-nccl[^\n]*", text, flags=re.M):
        assert "sys_platform == 'never'" in line


READMES = ("rules/README.md", "fraud/detection/README.md", "cases/README.md")


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md", "docs/architecture.md"])
def test_paths_that_a_readme_names_exist(name):
    page = ROOT / name
    text = page.read_text(encoding="utf-8")
    named = {
        path
        for path in re.findall(r"`([\w/.]+(?:\.py|\.lark|\.md|\.toml|/))`", text)
        if "/" in path.rstrip("/")
    }
    named = {path for path in named if not path.startswith("var/")}
    assert named
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("name", READMES)
def test_a_readme_is_short_and_answers_the_same_questions(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    for head in ("You are working on", "What is stored where", "How to extend", "What is often confused"):
        assert f"## {head}" in text


def test_tests_mirror_the_source_and_every_folder_is_a_package():
    for folder in (ROOT / "tests").rglob("*"):
        if folder.is_dir() and folder.name != "__pycache__" and list(folder.glob("*.py")):
            assert (folder / "__init__.py").exists(), f"{folder.relative_to(ROOT)} has no __init__.py"


def test_templates_carry_no_inline_script_or_style():
    for app in SOURCES:
        for page in (ROOT / app).rglob("*.html"):
            text = page.read_text(encoding="utf-8")
            name = page.relative_to(ROOT)
            assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text), f"{name} has an inline script"
            assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"", text), (
                f"{name} has an inline style or handler"
            )


def test_translations_are_complete_and_compiled():
    for app in SOURCES:
        folder = ROOT / app / "locale" / "ko" / "LC_MESSAGES"
        if not folder.exists():
            continue
        assert (folder / "django.mo").exists()
        text = (folder / "django.po").read_text(encoding="utf-8")
        entries = text.split("\n\n")[1:]
        empty = [
            e
            for e in entries
            if re.search(r'^msgstr(\[0\])? ""\n?\Z', e, flags=re.M) and not e.startswith("#~")
        ]
        assert not empty, f"{app}: {len(empty)} texts without Korean, first: {empty[0]}"
        assert "#, fuzzy" not in text, f"{app} has fuzzy translations"


def test_a_text_without_context_is_one_text_in_all_apps():
    """Django keeps one catalogue: of two words for one text the app listed first decides, and the other page says something else."""
    told: dict[str, set[str]] = {}
    for app in SOURCES:
        file = ROOT / app / "locale" / "ko" / "LC_MESSAGES" / "django.po"
        for entry in file.read_text(encoding="utf-8").split("\n\n") if file.exists() else []:
            found = re.search(r'^msgid (".+"(?:\n".*")*)\nmsgstr (".*"(?:\n".*")*)', entry, flags=re.M)
            if found and "msgctxt" not in entry:
                told.setdefault(found[1], set()).add(found[2])
    assert len(told) > 1_000
    assert {text: words for text, words in told.items() if len(words) > 1} == {}


_TRANSLATED = {"_", "gettext", "gettext_lazy", "pgettext", "pgettext_lazy"}
_IN_TEMPLATES = re.compile(r'{%\s*translate\s+"([^"]+)"(?:\s+context\s+"([^"]+)")?')
_BLOCKS = re.compile(r"{%\s*blocktranslate\b(.*?)%}(.*?){%\s*(?:plural|endblocktranslate)", re.DOTALL)
_CONTEXT = re.compile(r'\bcontext\s+"([^"]+)"')


def texts_of_code() -> Iterator[tuple[str, str]]:
    """(context, text) of everything that a module asks the words of."""
    sources = (file.read_text(encoding="utf-8") for app in SOURCES for file in (ROOT / app).rglob("*.py"))
    for source in sources:
        # parsing takes long, and five in six modules say nothing
        for node in ast.walk(ast.parse(source)) if re.search(r"gettext|\b_\(", source) else ():
            if (
                not isinstance(node, ast.Call)
                or not isinstance(node.func, ast.Name)
                or node.func.id not in _TRANSLATED
            ):
                continue
            said = [
                part.value
                for part in node.args
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            ]
            with_context = node.func.id.startswith("pgettext")
            if len(said) == len(node.args) == 1 + with_context:
                yield (said[0] if with_context else "", said[-1])


def texts_of_templates() -> Iterator[tuple[str, str]]:
    for path in (file for app in SOURCES for file in (ROOT / app).rglob("*.html")):
        for text, context in _IN_TEMPLATES.findall(path.read_text(encoding="utf-8")):
            yield context, text.replace("%", "%%")
        for told, text in _BLOCKS.findall(path.read_text(encoding="utf-8")):
            whole = trim_whitespace(text) if re.search(r"\btrimmed\b", told) else text
            named = re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", whole.replace("%", "%%"))
            context = _CONTEXT.search(told)
            yield (context[1] if context else "", named)


def test_every_text_of_code_and_pages_has_korean_words():
    known = {}
    for app in SOURCES:
        file = ROOT / app / "locale" / "ko" / "LC_MESSAGES" / "django.mo"
        if file.exists():
            with file.open("rb") as stream:
                known.update(gettext.GNUTranslations(stream)._catalog)
    names = {name[0] if isinstance(name, tuple) else name for name in known}
    texts = {*texts_of_code(), *texts_of_templates()}
    assert len(texts) > 2_000
    missing = {f"{context}\x04{text}" if context else text for context, text in texts if text} - names
    assert sorted(missing) == []


def test_celery_parent_modules_load_no_model_library():
    code = (
        "import sys; from fraud.project.celery import app; app.loader.import_default_modules(); import cases.services.night;"
        "bad = [m for m in ('xgboost', 'sklearn', 'torch', 'pyod', 'numba', 'lightgbm', 'imblearn') if m in sys.modules];"
        "print(bad); sys.exit(bool(bad) or 'cases.tasks.run_night' not in app.tasks)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=900
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_what_a_command_refuses_or_reports_is_a_text_with_korean_words():
    bare = [
        f"{path}:{call.lineno}"
        for path in sorted(ROOT.glob("*/management/commands/*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and _is_told(call) and call.args and len(_bare_words(call.args[0])) > 2
    ]
    assert bare == []


def _is_told(call: ast.Call) -> bool:
    """`CommandError(…)` or `self.stdout.write(…)`."""
    name = ast.unparse(call.func)
    return name == "CommandError" or name.endswith(".stdout.write")


def _bare_words(told: ast.expr) -> list[str]:
    parts = told.values if isinstance(told, ast.JoinedStr) else [told]
    text = " ".join(p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str))
    return [word for word in text.split() if word.isalpha()]
