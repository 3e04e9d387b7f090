"""The rules of dev-mcp-ban. Everything that is printed about a rule is printed from here."""

from agent_guards.finding import Rule, Severity

ERROR, WARNING = Severity.ERROR, Severity.WARNING
ELSEWHERE = (
    "Move the code to a folder that the policy allows (`scripts/`, `tests/`), or start the server from the agent's own "
    "configuration instead of the application's."
)


def _rule(name: str, severity: Severity, what: str, why: str, fix: str) -> Rule:
    return Rule(id=f"dev-mcp-ban/{name}", severity=severity, what=what, why=why, fix=fix)


IMPORT = _rule(
    "import",
    ERROR,
    "Production code imports a development-only MCP server, in whatever form.",
    "Such a server opens tools, files and credentials to whoever can talk to it; it is made for a developer's own machine.",
    ELSEWHERE,
)
TYPE_IMPORT = _rule(
    "type-import",
    WARNING,
    "Production code imports only types of a development-only MCP server.",
    "Types vanish when the code is compiled, but the package must then be installed wherever it is built.",
    "Declare the types yourself, or move the code to a folder that the policy allows.",
)
LAUNCH = _rule(
    "launch",
    ERROR,
    "Production code launches a development-only MCP server, or names one as a program to be launched.",
    "A launch fetches and runs the server's newest version with the rights of the application.",
    ELSEWHERE,
)
REACH = _rule(
    "reach",
    ERROR,
    "A production file reaches a banned import or launch through other modules of the repository.",
    "The bundler follows the same chain: what a production file reaches is production.",
    "Break the chain where it is printed: take out one of its imports, or move what it leads to out of reach.",
)
DEPENDENCY = _rule(
    "dependency",
    ERROR,
    "A manifest that production belongs to depends on a development-only MCP server, or runs one in a production script.",
    "What stands in `dependencies` is installed in production.",
    "Move it to `devDependencies` (Python: an optional group), and take it out of the production scripts.",
)
BUNDLE = _rule(
    "bundle",
    ERROR,
    "A built bundle holds a development-only MCP server.",
    "The bundle is what is shipped, whatever the sources say.",
    "Take the import out of the sources and build again.",
)
MISSING_SECTION = _rule(
    "missing-section",
    ERROR,
    "Production code changed, and the description has no Dev MCP Check section.",
    "The author says there that no development server reaches production; the guard checks that it is true.",
    "Add a heading `## Dev MCP Check` with the line `- [x] Verified: No dev MCP imports in app/`.",
)
PLACEHOLDER = _rule(
    "placeholder",
    ERROR,
    "The Dev MCP Check section is still the template, or empty.",
    "A template that nobody filled in says nothing.",
    "Write `- [x] Verified: No dev MCP imports in app/` under the heading.",
)
UNVERIFIED_SECTION = _rule(
    "unverified-section",
    ERROR,
    "The Dev MCP Check section makes no verification statement, or does not tick it.",
    "An unticked box is a question, not an answer.",
    "Tick the box: `- [x] Verified: No dev MCP imports in app/`.",
)
FALSE_STATEMENT = _rule(
    "false-statement",
    ERROR,
    "The description says that it was verified, and a finding of this guard stands.",
    "A statement that nobody checked is worse than none.",
    "Mend the findings, then the statement is true; until then take it out.",
)
NO_PRODUCTION_FILES = _rule(
    "no-production-files",
    ERROR,
    "The policy's `production` matches no file of the tree.",
    "Nothing was judged; a check that cannot fail is no check.",
    "Correct `guards.dev-mcp-ban.production` in the policy, or set `mode: off` where there is no production code.",
)
UNPARSABLE_FILE = _rule(
    "unparsable-file",
    WARNING,
    "A file that could hold a banned import could not be read whole.",
    "Only the parts that the parser recognised were judged.",
    "Mend the syntax of the file, or look at it by hand.",
)
EXPIRED_WAIVER = _rule(
    "expired-waiver",
    WARNING,
    "A waiver of this guard is past its date.",
    "Waivers are promises with a day; after it the finding counts again.",
    "Keep the promise, or have the waiver renewed in the policy.",
)

RULES = (
    IMPORT,
    TYPE_IMPORT,
    LAUNCH,
    REACH,
    DEPENDENCY,
    BUNDLE,
    MISSING_SECTION,
    PLACEHOLDER,
    UNVERIFIED_SECTION,
    FALSE_STATEMENT,
    NO_PRODUCTION_FILES,
    UNPARSABLE_FILE,
    EXPIRED_WAIVER,
)
