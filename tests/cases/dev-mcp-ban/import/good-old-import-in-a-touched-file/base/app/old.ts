import x from '@shopify/dev-mcp';
x();
