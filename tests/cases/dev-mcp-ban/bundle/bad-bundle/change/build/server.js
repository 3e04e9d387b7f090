var a=1;import("@shopify/dev-mcp").then(x=>x());
