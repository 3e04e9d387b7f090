"""guard-mcp: code changes carry evidence of the MCP calls behind them."""
