"""The words of calls: which start a program, compare, look up, put paths together, or show something to people."""

import re

from dev_mcp_ban.vocabulary import names_runner

# Expressions are texts: `re` compiles and keeps the few that a file asks for.
_LAUNCHERS = (
    r"(?:(?:cross|async|safe|node|raw|run|pty|my|do)?_?(?:spawn|exec|execa|execfile|fork|popen|launchprocess)"
    r"(?:sync|async|file|filesync|fileasync|promise|command|commandsync|node|p|process|v|vp|ve|vpe|l|lp|le|lpe)?"
    r"|system|getoutput|getstatusoutput|check_call|check_output|posix_spawnp?|create_subprocess_(?:exec|shell)"
    r"|runcommand|execcommand|\w*stdio\w*(?:transport|parameters|params|server|connection|client)|mcpserverstdio|mcpstdio\w*"
    r"|stdio_client|deno\.command|npximport|shellscript)"
)
_SHELLS = frozenset({"$", "$.sync", "Bun.$", "zx.$", "shell.exec", "execa.command", "execa.commandSync", "execa.node"})
_TERMINALS = r"(?:.*[\w.])?[tT]erm(?:inal)?(?:\(\))?"
_BY_MODULE = frozenset({"run", "call", "Popen", "system", "popen"})
_MODULES = frozenset(
    {"subprocess", "sp", "os", "anyio", "trio", "asyncio", "sh", "Bun", "Deno", "child_process", "cp", "commands"}
)
_COMPARE = frozenset(
    "includes startsWith endsWith indexOf lastIndexOf has have test match matchAll search localeCompare equal equals toStrictEqual some "
    "every find findIndex filter startswith endswith ok deepEqual deepStrictEqual strictEqual notEqual notStrictEqual doesNotMatch rejects "
    "throws expect isEqual hasOwnProperty hasOwn issubset issuperset isdisjoint contains index count literal enum satisfies bool Boolean "
    "RegExp fullmatch findall".split()
)
_COMPARES = (
    r"to(?:Be|Equal|Contain|Match|Have|Throw|Include)\w*|assert\w*|(?:is|has)[A-Z]\w*"
    r"|(?:is|has)_(?:installed|available|command|package|server|tool)\w*"
    r"|\w*(?:[cC]ommand|cmd|[pP]rogram|[bB]inary|[eE]xecutable|[tT]ool|[pP]ackage)_?[eE]xists(?:Sync)?"
)
_KEYED = frozenset(
    "get set update delete remove pop getItem setItem removeItem setdefault getenv getByText on once off emit publish subscribe "
    "getElementById selectOption fill locator replace replaceAll click ArgumentParser removeprefix removesuffix version distribution FastMCP "
    "Server".split()
)
_KEYS = r"(?:getServer|unregister|dispatch|querySelector|mkdtemp)\w*|\w*(?:EventListener|[lL]ogger|[dD]ebug)"
# What looks up, or ends, something that has a bare name for an id.
_BY_ID = (
    r"(?!.*(?:[pP]ackage|[mM]odule|[sS]pec|[bB]in|[cC]ommand|[pP]ath|[eE]xec|[nN]pm|[dD]ep))"
    r"(?:(?:get|find|look_?up|remove|delete|disable|toggle|stop|kill|uninstall)(?:_|[A-Z])\w*|session|discover|disable|disconnect)"
)
_HOLDS = frozenset(
    "Set Map WeakSet freeze seal frozenset set list tuple dict sorted from of concat push append extend unshift insert add cast assign entries "
    "fromkeys keys values stringify dumps String str ref shallowRef reactive signal useState useRef useMemo computed".split()
)
_SHOWS = (
    r"(?:console|logger|log|logging|_?log(?:ger)?|chalk|pc|kleur|colors|toast|ui|vscode\.window|window|debug|p|clack|ora|spinner|click|table|"
    r"rich|st|i18n|core|telemetry|analytics|reporter|output)(?:\.\w+)+"
    r"|(?:\w+\.)*(?:log|logs?[A-Z]\w*|warn|warning|error|info|debug|trace|print|println|echo|alert|confirm|prompt|notify|toast|describe|"
    r"it|test|suite|fail|ora|t|translate|gettext|section|heading|bold|dim|red|green|yellow|cyan|gray|blue|secho|"
    r"setTitle|setLabel|setDescription|description|summary|usage|example|option|help|note|title|panel|exception|critical|"
    r"registerTool|tool|registerPrompt|addHelpText|step|context|\w*Error|Error|Exception|\w*Exception|SystemExit)(?:\.\w+)?"
    r"|(?:\w+\.)*(?:stdout|stderr)\.write|\w*(?:it|test|describe)\.\w+(?:\.\w+)?|sys\.exit|warnings\.warn|ctx\.ui\.\w+"
    # What is measured and traced, and what a test types into a page.
    r"|.*\.(?:set_?[tT]ags?|(?:set|add)_?\w*[aA]ttributes?|add_?[eE]vent|labels|mark|type|fill|typeText|send_?[kK]eys)"
    r"|(?:fireEvent|userEvent)\.\w+"
)
_NAMES = r"(?!.*[pP]ackage)(?!.*[mM]odule)\w*(?:[nN]ame|[tT]itle|[lL]abel|[dD]escription|[mM]essage|Text)"
# Of their own kind as long as they have a bare name.
_KINDS = r"(?!.*[pP]ackage)\w*(?:Skill|Plugin|Tool)|(?:\w+_)?call_tool|mcp_call"
# Calls that show their first arguments, or what is under some keys; a default among these is used.
_OPTIONS = r"(?:\w+\.)*(?:option|add_argument|add_option)"
_LOGS = (
    r"(?:console|logger|log|logging|_?log(?:ger)?)(?:\.\w+)+|(?:\w+\.)*(?:log|warn|print|println|pprint|echo|alert|describe|it|test|"
    r"\w*Error|Error|Exception)|(?:\w+\.)*(?:stdout|stderr)\.write|(?:it|test|describe)(?:\.(?!each$)\w+)+"
)
_VISITS = r"l?stat(?:Sync)?|(?:path_?)?[eE]xists(?:Sync)?|access(?:Sync)?|is_?(?:[fF]ile|[dD]ir)|readdir(?:Sync)?|rm(?:Sync|tree)?|unlink(?:Sync)?|mkdir(?:Sync)?"
_JOINS = r"(?:\w+\.)*(?:join|resolve|joinpath|Path|PurePath|pathJoin|normalize|dirname|basename|existsSync|exists)"


def launches(callee: str) -> bool:
    """Whether a call starts a program."""
    head, _, last = callee.rpartition(".")
    if callee in _SHELLS or callee == "Deno.Command":
        return True
    if last in _BY_MODULE and head.rpartition(".")[2] in _MODULES:
        return True
    if last == "sendText":
        return re.fullmatch(_TERMINALS, head) is not None
    if head and last == "exec" and not head.endswith(("process", "cp", "shell", "shelljs", "execa")):
        return False
    return names_runner(last) or re.fullmatch(_LAUNCHERS, last, re.IGNORECASE) is not None


def runs(callee: str) -> bool:
    """Whether a call itself starts a program, so that its result may be looked at: parameters only say what to start."""
    return launches(callee) and "stdio" not in callee.lower()


def compares(callee: str) -> bool:
    """Whether a call only looks at what it gets."""
    last = callee.rpartition(".")[2]
    known = last in _COMPARE or callee.startswith(("assert.", "re.", "expect(", "expect."))
    return known or re.fullmatch(_COMPARES, last) is not None


def keyed(callee: str, text: str) -> bool:
    """Whether a call looks something up by its first argument, or names something of its own by it."""
    last = callee.rpartition(".")[2]
    if last in _KEYED or re.fullmatch(_KEYS, last):
        return True
    return not {"@", "/"} & set(text) and re.fullmatch(_BY_ID, last) is not None


def finds(callee: str) -> bool:
    """Whether a call tells where the program is that it gets the name of: what becomes of that is not said."""
    return callee.startswith("which.") or callee.rpartition(".")[2] in {"which", "whichSync"}


def visits(callee: str) -> bool:
    """Whether a call looks at what stands at a path, or takes it away: nothing there is started by that."""
    return re.fullmatch(_VISITS, callee.rpartition(".")[2]) is not None


def holds(callee: str) -> bool:
    """Whether what a call gives back is what it gets: a collection, a copy, another form of it."""
    return callee.rpartition(".")[2] in _HOLDS


def stores(callee: str) -> bool:
    """Whether a call hands what it gets to something that keeps it: what it gives back may be something else."""
    head, _, last = callee.rpartition(".")
    return head != "" and last in {"add", "insert"}


def shows(callee: str, text: str) -> bool:
    """Whether what a call gets is for people: logs, errors, test titles, labels."""
    last = callee.rpartition(".")[2]
    bare = not {"@", "/"} & set(text)
    shown = re.fullmatch(_SHOWS, callee) or re.fullmatch(_NAMES, last)
    return shown is not None or (bare and re.fullmatch(_KINDS, last) is not None)


def declares_option(callee: str) -> bool:
    """Whether a call declares an option of a program, that may have a default."""
    return re.fullmatch(_OPTIONS, callee) is not None


def logs(callee: str) -> bool:
    """Whether a call shows even a whole configuration: logs, errors, tests."""
    return re.fullmatch(_LOGS, callee) is not None


def resolves(callee: str) -> bool:
    """Whether a call resolves modules, not paths: `resolve` of something that is not called after paths."""
    head, _, last = callee.rpartition(".")
    return last == "resolve" and head.lower() not in {"", "path", "posix", "win32", "p", "upath", "pathe", "url"}


def joins(callee: str) -> bool:
    """Whether a call puts a path together."""
    return re.fullmatch(_JOINS, callee) is not None
