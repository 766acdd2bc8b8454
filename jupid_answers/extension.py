"""Where Cookiecutter and Jinja meet the answers."""

from __future__ import annotations

import json
import re
import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from cookiecutter.exceptions import FailedHookException
from cookiecutter.prompt import prompt_for_config, read_user_variable
from jinja2 import FileSystemBytecodeCache, defaults, pass_context
from jinja2.bccache import Bucket
from jinja2.ext import Extension

from . import shape
from .rules import RULES
from .together import (
    hexed,
    placeholders,
    problem,
    problems,
    refusal,
    several_values,
    strange_question,
    strange_settings,
    tidy,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, MutableMapping
    from types import CodeType, FrameType

    from jinja2 import Environment
    from jinja2.runtime import Context

HERE = Path(__file__).parent.parent
FOLDER = "{{cookiecutter.project_slug}}"
LINE_LENGTH = 88
# Behind a name or a subscript a path, or a call with its arguments.
ASSIGNMENT = re.compile(r"( *)(.+?) = ([\w.()]+?)(?:\(([^()]+)\))?")

# What Jinja compiles a text without tags to; the text takes the place of TEXT.
AS_IT_STANDS = compile(
    "blocks = {}; name = debug_info = ''; text = 'TEXT'\ndef root(context): yield text",
    "text",
    "exec",
)

# What Jinja compiled lies beside Python's own bytecode: compiling is a fifth of a bake.
COMPILED = FileSystemBytecodeCache(str(Path(cache_from_source(__file__)).parent))


class JupidAnswers(Extension):
    """Gives the templates what stands above, and takes answers for nothing but text."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        # `cruft update` renders two versions of the template in one process.
        for name in [name for name in sys.modules if name.split(".")[0] == __package__]:
            del sys.modules[name]
        if sys.version_info < (3, 10):
            found = ".".join(map(str, sys.version_info[:2]))
            raise FailedHookException(
                f"This template needs Python 3.10 or newer; Cookiecutter runs on {found}."
            )
        questions = json.loads((HERE / "cookiecutter.json").read_text("utf-8"))
        refuse(strange_question(name) for name in typed_names() if name not in RULES)
        if syntax := changed_syntax(environment):
            refuse(strange_settings({"_jinja2_env_vars": syntax}, questions))
        hooks = [hook.read_text("utf-8") for hook in (HERE / "hooks").glob("*.py")]
        private = [text for name, text in questions.items() if name.startswith("__")]
        self.trusted = {FOLDER, *map(str, private), *hooks}
        self.questions = questions
        self.jinja_compile: Callable[..., CodeType] = environment.compile
        vars(environment)["compile"] = self.compile
        for function in (self.check, self.check_settings, self.settled_slug):
            environment.globals[function.__name__] = function
        environment.filters |= {
            "behind_relations": shape.behind_relations,
            "hexed": hexed,
            "literal": json.dumps,
            "models": shape.models,
            "payload": shape.payload,
            "payload_blocks": shape.payload_blocks,
            "placeholders": placeholders,
            "refusal": refusal,
            "wrapped": wrapped,
        }

    def compile(self, source: Any, name: str | None = None, *rest: Any) -> CodeType:
        """Let only the template's own text be a template.

        An answer that reaches Jinja (``key=value``, a user's configuration, an answer
        kept by cruft), the name of a file, and a file that mentions no answer are
        rendered as themselves. Jinja never reads them, which is quicker, too.
        """
        is_ours = source in self.trusted if name is None else "cookiecutter" in source
        if not is_ours:
            constants = (source if c == "TEXT" else c for c in AS_IT_STANDS.co_consts)
            return AS_IT_STANDS.replace(co_consts=tuple(constants))
        if source == FOLDER:
            source = "{{ settled_slug() }}"
        if self.environment.is_async or self.environment.autoescape:
            return self.jinja_compile(source, name, *rest)  # to be refused in a moment
        key = COMPILED.get_cache_key(name or source)
        kept = Bucket(self.environment, key, COMPILED.get_source_checksum(source))
        with suppress(Exception):  # whatever lies there in its place
            COMPILED.load_bytecode(kept)
        if kept.code is None:
            kept.code = self.jinja_compile(source, name, *rest)
            if not sys.dont_write_bytecode:
                with suppress(OSError):  # the template may be somebody else's folder
                    COMPILED.set_bucket(kept)
        return kept.code

    def check_settings(self) -> str:
        """Refuse what a configuration has changed, before the first question."""
        asking = prompting()
        settings = dict(asking["context"]["cookiecutter"]) if asking else {}
        settings["__prompts__"] = asking.get("prompts", self.questions["__prompts__"])
        refuse([*strange_settings(settings, self.questions), *several_values(settings)])
        return ""

    @pass_context
    def check(self, context: Context, name: str) -> str:
        """Ask for the answer to ``name`` again until it is good.

        Where nobody can be asked, the last question reports on all of them.
        """
        answers: MutableMapping[str, Any] = context["cookiecutter"]
        if name not in answers:
            return ""  # a replay file has it; see settled_slug
        number = list(RULES).index(name) + 1
        if not prompting().get("no_input", True):
            while line := problem(name, answers):
                click.echo(line)
                try:
                    answers[name] = read_user_variable(
                        name,
                        self.questions[name],
                        self.questions["__prompts__"],
                        f"  [dim][{number}/{len(RULES)}][/] ",
                    )
                except EOFError:
                    if sys.stdin.isatty():
                        raise  # Ctrl-D, which click answers as it does elsewhere
                    raise FailedHookException(line) from None
        elif number == len(RULES):
            refuse(problems(answers))
        tidy(answers, [name])
        return ""

    @pass_context
    def settled_slug(self, context: Context) -> str:
        """Return the project folder's name, once all the answers are found to be good.

        Cookiecutter renders it before it writes anything, and whichever way the answers
        came: a replay file skips the prompts, and a hook runs when the folder stands.
        """
        answers: MutableMapping[str, Any] = context["cookiecutter"]
        if not answers.keys() >= RULES.keys():
            return FOLDER  # the questions are still being asked: somebody typed this
        lines = [*strange_settings(answers, self.questions), refusal(answers)]
        if any(lines):
            click.echo("\n".join(filter(None, lines)), err=True)
            raise FailedHookException("Nothing was written.")
        tidy(answers, RULES)
        return str(answers["project_slug"])


def refuse(lines: Iterable[str]) -> None:
    """End the run with these lines, if there are any."""
    if text := "\n".join(lines):
        raise FailedHookException(text)


def changed_syntax(environment: Environment) -> dict[str, object]:
    """Return how Jinja was told to read templates in another way, such as with ``[[``."""
    usual = vars(defaults)
    return {
        name: value
        for name, value in vars(environment).items()
        if name != "keep_trailing_newline"  # which Cookiecutter itself sets
        and value != usual.get(name.upper(), value)
    }


def prompting() -> Mapping[str, Any]:
    """The variables of the function of Cookiecutter's that asks; empty where none does.

    It alone knows whether somebody may be asked: Cookiecutter may run within any
    program, whose terminal and options say nothing about that.
    """
    frame: FrameType | None = sys._getframe()
    while frame and frame.f_code is not prompt_for_config.__code__:
        frame = frame.f_back
    return frame.f_locals if frame else {}


def typed_names() -> list[str]:
    """The names that stand before an equals sign on Cookiecutter's command line."""
    command = click.get_current_context(silent=True)
    typed = command.params.get("extra_context") if command else None
    return list(typed) if isinstance(typed, dict) else []


def wrapped(code: str) -> str:
    """Break the lines of ``code`` that are too long where ``ruff format`` would."""
    return "\n".join("\n".join(broken(line)) for line in code.split("\n"))


def broken(line: str) -> list[str]:
    """Break ``target = call(argument, argument)`` and ``target = user.a.b()``."""
    if len(line) <= LINE_LENGTH or not (found := ASSIGNMENT.fullmatch(line)):
        return [line]
    pad, target, value, arguments = found.groups()
    if arguments is None:
        lines = broken_path(pad, target, value)
    elif len(f"{pad}{target} = {value}(") <= LINE_LENGTH:
        return broken_call(pad, f"{target} = {value}", arguments)
    else:
        lines = broken_call(f"{pad}    ", value, arguments)
    return [f"{pad}{target} = (", *lines, f"{pad})"] if lines else [line]


def broken_call(pad: str, head: str, arguments: str) -> list[str]:
    """Write a call on one line, on three, or an argument a line."""
    if len(f"{pad}{head}({arguments})") <= LINE_LENGTH:
        return [f"{pad}{head}({arguments})"]
    lines = [f"{pad}    {arguments}"]
    if len(lines[0]) > LINE_LENGTH:
        lines = [f"{pad}    {one}," for one in arguments.split(", ")]
    return [f"{pad}{head}(", *lines, f"{pad})"]


def broken_path(pad: str, target: str, value: str) -> list[str]:
    """Write a path on one line, or a row that it picks a line; none where that is no use.

    A path that is too long even so keeps its line behind a plain name.
    """
    inner = f"{pad}    "
    if len(inner + value) > LINE_LENGTH and value.count("().") > 1:
        return [inner + part for part in re.findall(r".+?\(\)|.+", value)]
    is_lost = len(inner + value) > LINE_LENGTH and target.isidentifier()
    return [] if is_lost else [inner + value]
