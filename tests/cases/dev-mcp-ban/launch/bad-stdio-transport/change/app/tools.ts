new StdioClientTransport({ command: 'npx', args: ['-y', '@upstash/context7-mcp'] });
