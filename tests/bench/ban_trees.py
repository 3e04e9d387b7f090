"""Generate TypeScript repositories for bench_ban.py: application, packages, tests and scripts that import each other."""

import random
import subprocess
from pathlib import Path

MENTIONS = (
    "// The MCP server is started by the developer's editor, never from here.\n",
    'const mode = headers.get("x-mcp-session") ?? undefined;\n',
    'export const DOCS = "https://docs.example.com/mcp/guide";\n',
    "/** Emits McpButtonClosedEvent when the panel opens. */\n",
    "import { mcpClient } from './mcp/client.server';\n",
    "export type McpTool = { name: string; description?: string };\n",
    "process.env.MCP_SERVER_URL ??= '/mcp';\n",
    'console.info("Connected to the MCP server of this workspace");\n',
)
# What the seed's expression takes for a finding, and a first look at the words does, too.
LOOKALIKES = (
    "const devMCPBan = flags.get('dev-mcp-ban') ?? true;\n",
    "/** Emits McpButtonClickedEvent when the panel opens. */\n",
    'export const REMOTE = "https://mcp.sentry.dev/mcp";\n',
    "const stub = process.env.PLAYWRIGHT_MCP_DEVICE;\n",
)
BODY = """export async function {name}(input: {type}Input, context: Context): Promise<{type}Result> {{
  const started = performance.now();
  if (!input.id || input.items.length === 0) {{
    throw new ValidationError(`{name} needs an id and at least one item, got ${{input.items.length}}`);
  }}
  // Totals are kept in the smallest unit of the currency, so that nothing is rounded twice.
  const total = input.items.reduce((sum, item) => sum + item.quantity * item.unitPrice, 0);
  const {{ data, error }} = await context.client.query<{type}Row>('select * from {table} where id = $1', [input.id]);
  if (error) {{
    context.logger.warn("could not load {table}", {{ id: input.id, code: error.code }});
    return {{ ok: false, reason: error.message ?? 'unknown' }};
  }}
  return {{ ok: true, total, rows: data.map((row) => ({{ ...row, label: row.label.trim() }})), ms: performance.now() - started }};
}}

"""
WORDS = (
    "order stock price refund invoice webhook customer carrier label batch cursor sync audit quota theme locale".split()
)
BARE = ("react", "@shopify/polaris", "zod", "node:fs/promises", "@prisma/client", "date-fns", "remix-utils/promise")
BANNED = 'import {{ connect }} from "chrome-devtools-mcp";\nexport const session{number} = () => connect();\n'
SHARES = (
    ("app/routes", 30),
    ("app/components", 20),
    ("app/services", 15),
    ("packages/core/src", 12),
    ("packages/ui/src", 8),
    ("tests/unit", 10),
    ("scripts/ops", 5),
)


class Dice(random.Random):
    """Chance that falls the same way every time."""


def places(count):
    """Where the files stand, folder by folder of thirty."""
    paths = []
    for folder, share in SHARES:
        for number in range(count * share // 100):
            word, other = WORDS[number % 16], WORDS[number // 16 % 16]
            ending = ".test.ts" if folder.startswith("tests") else ".tsx" if "components" in folder else ".ts"
            name = "index" if number % 30 == 0 else f"{word}-{other}-{number}"
            paths.append(f"{folder}/{other}-{number // 30}/{name}{ending}")
    return paths


def source(path, neighbours, random_, mentions):
    """One module of about five kilobytes."""
    up = "../" * path.count("/")
    lines = []
    for target in neighbours:
        stem = target.rsplit(".", 1)[0].removesuffix(".test").removesuffix("/index")
        specifier = "~" + stem.removeprefix("app") if stem.startswith("app/") and random_.random() < 0.5 else up + stem
        lines.append(f"import {{ {WORDS[len(stem) % 16]}{len(lines)} }} from '{specifier}';\n")
    lines += [f'import {{ x{n} }} from "{name}";\n' for n, name in enumerate(random_.sample(BARE, 3))]
    if mentions:
        lines += random_.sample(MENTIONS, 3)
        if random_.random() < 0.05:
            lines.append(random_.choice(LOOKALIKES))
    for number in range(min(60, int(random_.paretovariate(1.1) * 2.2))):
        word = random_.choice(WORDS)
        lines.append(BODY.format(name=f"load{word.title()}{number}", type=word.title(), table=f"{word}s"))
    return "".join(lines)


def generate(root, count, kind="clean", share=0.02):
    """Write and commit a tree: `clean`, `outside` (banned in scripts that nothing imports) or `chain` (imported by one)."""
    root = Path(root)
    random_ = Dice(count)
    paths = places(count)
    importable = [path for path in paths if not path.startswith(("tests", "scripts"))]
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        neighbours = random_.sample(importable, 5)
        file.write_text(source(path, neighbours, random_, random_.random() < share), encoding="utf-8")
    (root / "tsconfig.json").write_text(
        '{"compilerOptions": {"baseUrl": ".", "paths": {"~/*": ["./app/*"]}}}\n', encoding="utf-8"
    )
    (root / "package.json").write_text('{"name": "shop", "workspaces": ["packages/*"]}\n', encoding="utf-8")
    for name in ("core", "ui"):
        (root / f"packages/{name}/package.json").write_text(
            f'{{"name": "@shop/{name}", "main": "dist/index.js"}}\n', encoding="utf-8"
        )
    if kind != "clean":
        (root / "scripts/dev").mkdir(parents=True)
        for number in range(5):
            (root / f"scripts/dev/inspect-page-{number}.ts").write_text(BANNED.format(number=number), encoding="utf-8")
    if kind == "chain":
        (root / "packages/core/src/bridge.ts").write_text(
            "import { session3 } from '../../../scripts/dev/inspect-page-3.js';\nexport const page = session3();\n",
            encoding="utf-8",
        )
        (root / "app/entry.server.ts").write_text(
            "import { page } from '../packages/core/src/bridge';\nexport default page;\n", encoding="utf-8"
        )
    for arguments in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "Tree"), ("repack", "-adq")):
        subprocess.run(
            ["git", "-c", "gc.auto=0", "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments],
            cwd=root,
            check=True,
            capture_output=True,
        )
    return root
