export const load = () => import('chrome-devtools-mcp');
