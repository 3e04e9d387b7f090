export const where = import.meta.resolve('chrome-devtools-mcp');
