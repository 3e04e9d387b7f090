export const cart = 2;
