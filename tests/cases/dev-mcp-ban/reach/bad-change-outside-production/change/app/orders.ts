import { client } from '../lib/tools';

export const orders = [client];
