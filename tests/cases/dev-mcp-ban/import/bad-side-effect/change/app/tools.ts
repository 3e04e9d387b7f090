import 'chrome-devtools-mcp@latest';
