import server from '@shopify/dev-mcp';
server();
