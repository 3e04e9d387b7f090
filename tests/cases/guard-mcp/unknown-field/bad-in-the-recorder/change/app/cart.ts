export const total = (prices: number[]) => Math.round(prices.reduce((a, b) => a + b, 0));
