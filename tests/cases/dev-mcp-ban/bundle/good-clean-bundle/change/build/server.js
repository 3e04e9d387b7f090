var a="https://acme-mcp.fly.dev",appendEvidence=1;
