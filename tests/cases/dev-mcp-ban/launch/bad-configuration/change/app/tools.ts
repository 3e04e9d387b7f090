export const mcpServers = {
  shopify: {
    command: 'npx',
    args: ['-y', '@shopify/dev-mcp@latest'],
  },
};
