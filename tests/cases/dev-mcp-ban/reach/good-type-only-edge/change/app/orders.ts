import type { client } from '../lib/tools';

export const orders: (typeof client)[] = [];
