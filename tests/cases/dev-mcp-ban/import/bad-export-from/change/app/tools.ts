export * from 'context7-mcp';
