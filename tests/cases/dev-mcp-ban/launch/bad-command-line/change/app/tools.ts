import { exec } from 'node:child_process';
exec('npx -y @shopify/dev-mcp --port 3000');
