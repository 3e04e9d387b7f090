"""A text as it is judged: the banned packages in it, and what the places so far made of it."""

import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from dev_mcp_ban import commands, runners, vocabulary
from dev_mcp_ban.specs import Ban
from dev_mcp_ban.steps import Step

_SENTENCE = re.compile(r"[.!?:,]$|(?: [a-z]+){4}")
# The first line of a program for a shell.
_SCRIPT = re.compile(r"#!\S*/(?:env (?:-\S+ )?)?(?:ba|z|da|k)?sh\b")
_MOST_FOLLOWED = 100
INSTALLED = "a path into `node_modules`"


class State(Struct, frozen=True, kw_only=True):
    """What the places so far made of the text."""

    how: str = ""
    packages: tuple[str, ...] = ()
    argv: tuple[str | None, ...] | None = None
    index: int = 0
    entry: bool = False
    machine: bool = False
    """A key around it says that it is for a program: a package, a command, arguments."""
    default: bool = False
    """It is under the key of a default."""
    part: bool = False
    """It is a part of a path to something else: only a launch of that starts it."""
    called: bool = False
    """It went into a call of which nothing is known: a variable gets the call's result, not the text."""
    named: bool = False
    """A variable has it, and this is one of its uses."""
    sought: bool = False
    """A command tells where the program is that has this name: only a launch of what it says starts that."""

    def launched(self, how: str, *packages: str) -> "State":
        """The state with this reason, unless there was one before."""
        return self if self.how else replace(self, how=how, packages=packages)


class Text:
    """A text and the banned packages in it, as each form of text names them."""

    def __init__(self, text: str, ban: Ban) -> None:
        self.text = text
        self.ban = ban
        stripped = text.strip()
        self.whole = commands.in_word(stripped, ban.spec)
        self.listed = commands.in_word(stripped, ban.listed)
        self.follows = _MOST_FOLLOWED
        self.path = commands.through_node_modules(stripped, ban) if " " not in stripped else None

    def labelled(self, name: str, state: State) -> bool:
        """Whether what has this name is a label, or a list to compare with; a key inside it may have said otherwise."""
        if state.machine:
            return vocabulary.lists(name)
        handed_on = state.called and state.argv is not None
        return vocabulary.labels(name) or (not handed_on and vocabulary.labels_weakly(name, self.text))

    def started(self, argv: Sequence[str | None]) -> str | None:
        """The package that it names as a word of a command; of a container, the one that the image is named after."""
        if runners.runs_module(argv, self.text):
            return self.ban.module(self.text)
        if self.whole is None and commands.runs_image(argv):
            return commands.image(self.text.strip(), self.ban)
        return self.whole

    def program(self) -> str | None:
        """The package whose program it names by a path into a folder of programs."""
        return commands.in_programs(self.text.strip(), self.ban)

    def line(self, *, launched: bool) -> tuple[str, ...]:
        """What it starts as a command line."""
        if _SCRIPT.match(self.text):
            lines = (commands.in_line(line, self.ban, launched=False) for line in self.text.split("\n"))
            return tuple(package for found in lines for package in found)
        if launched or not self.reads_on():
            return tuple(commands.in_line(self.text, self.ban, launched=launched))
        return ()

    def code(self) -> tuple[str, ...]:
        """What it imports as a program."""
        return tuple(commands.in_code(self.text, self.ban))

    def told(self, before: Sequence[str | None]) -> tuple[str, ...]:
        """What it starts behind a flag that takes a program or a command line."""
        return tuple(commands.in_text(self.text, before, self.ban))

    def reads_on(self) -> bool:
        """Whether it is more than one command line: several lines, or a sentence."""
        stripped = commands.registered(self.text.strip())
        return "\n" in stripped or len(stripped) > commands.LONGEST_LINE or _SENTENCE.search(stripped) is not None

    def settings(self) -> tuple[str, ...]:
        """What it starts as settings that are written out."""
        from dev_mcp_ban import settings_text

        return tuple(settings_text.started(self.text, self.ban))

    def is_settings_called(self, name: str) -> bool:
        """Whether it is settings, under a name that only says that it is a text."""
        return vocabulary.says_text(name) and bool(self.settings())

    def installed(self, step: Step) -> str | None:
        """The package that it is a piece of a path into: what stands before it is the folder of installed packages."""
        before = [text.rstrip("/\\") for text in step.texts[: step.index] if text]
        if len(before) > 1 and before[-1].startswith("@") and before[-2].endswith("node_modules"):
            return self.ban.spec(f"{before[-1]}/{self.text.strip()}")
        if before and before[-1] == ".bin":
            before.pop()
        return self.whole if before and before[-1].endswith(("node_modules", "node_modules/.bin")) else None
