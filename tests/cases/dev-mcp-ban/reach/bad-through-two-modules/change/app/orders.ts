import { client } from '../lib/tools.js';

export const orders = [client];
