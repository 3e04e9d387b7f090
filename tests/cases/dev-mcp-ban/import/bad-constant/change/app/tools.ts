const name = 'chrome-devtools' + '-mcp';
export const load = () => import(name);
