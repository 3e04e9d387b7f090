import server = require('@shopify/dev-mcp');
server();
