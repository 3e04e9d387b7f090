import x from '@shopify/dev-mcp';
export const client = x;
