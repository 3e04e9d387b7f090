import {
  start,
  stop,
} from '@shopify/dev-mcp/server.js';
start(stop);
