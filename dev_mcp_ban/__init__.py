"""dev-mcp-ban: development-only MCP servers never reach production code."""
