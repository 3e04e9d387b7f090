import x from '@shop/mcp-dev';
x();
