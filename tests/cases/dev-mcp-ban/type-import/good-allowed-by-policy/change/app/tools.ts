import type { Server } from '@shopify/dev-mcp';
export type Mine = Server;
