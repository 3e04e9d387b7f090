import '@shopify/dev-mcp';
