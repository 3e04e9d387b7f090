import x from 'acme-mcp-server-dev';
x();
