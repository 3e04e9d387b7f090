import { execa } from 'execa';
await execa('bunx', ['acme-mcp-dev']);
