"""Mutated files never break the detector. `BAN_FUZZ=10000` in the environment runs that many instead of the few hundred of the suite."""

import os

from ban.found import BAN, Dice

from dev_mcp_ban import bundles, manifests, tokens
from dev_mcp_ban.scan import Scan, edges, scan

MUTANTS = int(os.environ.get("BAN_FUZZ", "300"))
SCRIPT = """
/// <reference types="chrome-devtools-mcp" />
import { a, type B } from 'chrome-devtools-mcp/build/x.js';
import type { C } from '@shopify/dev-mcp';
export * from "context7-mcp";
import r = require('@upstash/context7-mcp');
/** @type {import('chrome-devtools-mcp').X} */
const args = ['-y', `chrome-devtools-mcp@${version}`, ...more] as const;
const joined = 'context7' + '-' + 'mcp' + (a ? 'x' : "y");
enum Names { One = 'mcp-dev', Two = One + 'x' }
class Client<T extends import('dev-mcp').T> { private args = ['@acme/mcp-dev']; run() { return spawn('npx', this.args); } }
const config = { mcpServers: { 'dev-mcp': { command: 'npx', args: ['-y', 'chrome-devtools-mcp@latest'], env: { A: '1' } } } };
if (name === 'chrome-devtools-mcp' && names.includes("context7-mcp")) console.log(`npx ${name} 'x' \\u002d`);
args.push('chrome-devtools-mcp'); exec(`node -e "require('chrome-devtools-mcp')"`); $`bunx mcp-dev`;
function start(pkg = 'chrome-devtools-mcp', { b = 'x' } = {}) { return <p title="chrome-devtools-mcp">it's {pkg}</p>; }
await import(Names.One); new Worker(new URL('chrome-devtools-mcp/w.js', import.meta.url)); f(...['x', ['mcp-dev']]);
"""
PYTHON = '''
"""chrome-devtools-mcp"""
import chrome_devtools_mcp, os
from .x import y
if TYPE_CHECKING:
    from dev_mcp import z
ARGS: list[str] = ["-y", f"chrome-devtools-mcp@{version}", *more]
@decorated("mcp-dev")
def start(pkg="context7-mcp", *, other='mcp' "-dev"):
    subprocess.run(["npx", *ARGS]); ARGS.append("chrome-devtools-mcp")
    return {"command": "npx", "args": ["-y", "chrome-devtools-mcp"], **x}
match x:
    case "chrome-devtools-mcp" | {"a": "mcp-dev"}:
        os.system("npx -y chrome-devtools-mcp" + pkg % 1); importlib.import_module("mcp_dev")
'''
PACKAGE = """{"name": "x", "dependencies": {"chrome-devtools-mcp": "^1", "y": "npm:dev-mcp@1"},
"scripts": {"start": "npx -y chrome-devtools-mcp@latest && node -e 'x'", "build": "tsc"}, "bundledDependencies": ["mcp-dev"]}"""
PROJECT = '[project]\nname = "x"\ndependencies = ["chrome-devtools-mcp>=1", "mcp-dev"]\n[tool.poetry.dependencies]\ndev-mcp = "1"\n'
PAGE = f"---\nimport 'chrome-devtools-mcp'\n---\n<!-- x --><template><p a='>'/></template>\n<script lang=\"ts\" setup>{SCRIPT}</script>\n<script>import 'mcp-dev'</script>"
FILES = [("a.ts", SCRIPT), ("a.tsx", SCRIPT), ("a.js", SCRIPT), ("a.py", PYTHON), ("a.vue", PAGE), ("a.astro", PAGE), ("package.json", PACKAGE), ("pyproject.toml", PROJECT)]  # fmt: skip
NOISE = [b"(", b"[", b"{", b"`", b"${", b"'", b'"', b"/*", b"<", b"</script>", b"<script>", b"\\", b"\\u", b"\0", b"\xff", b"\xed\xa0\x80", b"\r", b"\xe2\x80\xa8", b"mcp", b"-dev"]  # fmt: skip


def truncate(data, chance):
    return data[: chance.randrange(len(data) + 1)]


def delete(data, chance):
    for _ in range(chance.randint(1, 20)):
        at = chance.randrange(len(data) + 1)
        data = data[:at] + data[at + chance.randint(1, 8) :]
    return data


def insert(data, chance):
    for _ in range(chance.randint(1, 10)):
        at = chance.randrange(len(data) + 1)
        data = data[:at] + chance.choice(NOISE) * chance.choice([1, 1, 2, 50]) + data[at:]
    return data


def swap(data, chance):
    for _ in range(chance.randint(1, 10)):
        one, other = chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)
        data = data[: min(one, other)] + data[max(one, other) :] + data[min(one, other) : max(one, other)]
    return data


def recode(data, chance):
    text = data.decode("utf-8", "replace")
    encoding = chance.choice(["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "latin-1", "utf-7"])
    return text.encode(encoding, "replace")[chance.choice([0, 0, 0, 1]) :]


def nest(data, chance):
    opening, closing = chance.choice(
        [
            (b"(", b")"),
            (b"[", b"]"),
            (b"{", b"}"),
            (b"`${", b"}`"),
            (b"f(", b")"),
            (b"x+", b""),
            (b"!", b""),
            (b"<a>", b"</a>"),
            (b"if(1)", b""),
        ]
    )
    at, times = chance.randrange(len(data) + 1), chance.choice([10, 300, 3000])
    return (
        data[:at]
        + opening * times
        + b"'chrome-devtools-mcp'"
        + closing * chance.choice([times, times // 2])
        + data[at:]
    )


def repeat(data, chance):
    one = chance.randrange(len(data) + 1)
    piece = data[one : one + chance.randint(1, 200)]
    return data[:one] + piece * chance.choice([2, 30, 200]) + data[one:]


MUTATIONS = [truncate, delete, insert, swap, recode, nest, repeat]


def mutant(number):
    chance = Dice(number)
    path, text = chance.choice(FILES)
    data = text.encode()
    for _ in range(chance.randint(1, 3)):
        data = chance.choice(MUTATIONS)(data, chance)
    return path, data


def examine(path, data):
    """Everything that the guard does with a file."""
    if manifests.is_manifest(path):
        return manifests.scan(path, data, BAN)
    list(tokens.places(data, BAN))
    bundles.scan(path, data, BAN)
    edges(path, data)
    return scan(path, data, BAN)


def test_mutated_files_break_nothing():
    for number in range(MUTANTS):
        path, data = mutant(number)
        report = examine(path, data)
        lines = data.count(b"\n") + data.count(b"\r") + 1
        hits = report.hits if isinstance(report, Scan) else report.found
        assert all(0 < hit.line <= lines and hit.column > 0 for hit in hits), number


def test_a_file_says_the_same_twice():
    for number in range(30):
        path, data = mutant(number)
        assert examine(path, data) == examine(path, data)


def test_what_is_not_mutated_is_found():
    assert len(examine("a.ts", SCRIPT.encode()).hits) > 15
    assert len(examine("a.py", PYTHON.encode()).hits) > 5
