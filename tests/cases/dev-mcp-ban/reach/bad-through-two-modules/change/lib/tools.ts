export { client } from '../scripts/mcp/client';
