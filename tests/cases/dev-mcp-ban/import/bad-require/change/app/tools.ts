const server = require('@upstash/context7-mcp');
server();
