"""Which files are code, and which speak of dependencies."""

SCRIPTS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte", ".astro")
PYTHON = (".py", ".pyw")
CODE = (*SCRIPTS, *PYTHON)
MANIFESTS = ("**/package.json", "**/pyproject.toml", "**/*requirements*.txt", "**/requirements/*.txt")
GLOBS = (*(f"**/*{ending}" for ending in CODE), *MANIFESTS)
"""What is searched, whatever the policy says."""
EARLY = (("mcp",), GLOBS)
"""What is looked for in a whole tree before it is known what the policy bans: what every name and pattern of the default holds."""
