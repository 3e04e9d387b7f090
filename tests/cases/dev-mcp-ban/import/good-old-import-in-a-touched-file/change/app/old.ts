// moved down
import x from '@shopify/dev-mcp';
x();
export {};
