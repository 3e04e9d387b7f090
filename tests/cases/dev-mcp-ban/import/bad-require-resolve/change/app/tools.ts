console.log(require.resolve('chrome-devtools-mcp/package.json'));
