export const isBanned = (name: string) => name === 'chrome-devtools-mcp';
export const Hint = () => <p title="chrome-devtools-mcp">Do not use chrome-devtools-mcp.</p>;
