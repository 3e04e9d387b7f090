// import x from '@shopify/dev-mcp'
export const devMCPBan = 'no dev-mcp here: https://acme-mcp.fly.dev';
export const appendEvidence = (mcpEvidence: string) => mcpEvidence;
import './dev-mcp-ban.server';
console.log('chrome-devtools-mcp is banned');
if (devMCPBan === 'chrome-devtools-mcp') throw new Error('context7-mcp');
