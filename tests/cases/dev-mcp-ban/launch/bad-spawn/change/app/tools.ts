import { spawn } from 'node:child_process';
spawn('npx', ['-y', 'chrome-devtools-mcp@latest']);
