export type { Server } from '@shopify/dev-mcp';
