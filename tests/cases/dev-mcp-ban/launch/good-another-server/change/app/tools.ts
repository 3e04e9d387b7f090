import { spawn } from 'node:child_process';
spawn('npx', ['-y', '@modelcontextprotocol/server-memory']);
