export const program = 'chrome-devtools-mcp';
