// The measure for "hardly anything": parse each line and look at two fields.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

let lines = 0;
let bad = 0;
for (const entry of readdirSync(process.argv[2], { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const all = readFileSync(join(entry.parentPath ?? entry.path, entry.name), "utf8").split("\n");
  all.pop();
  for (const line of all) {
    lines += 1;
    try {
      const record = JSON.parse(line);
      if (!record.tool || !record.timestamp) bad += 1;
    } catch {
      bad += 1;
    }
  }
}
console.log(JSON.stringify({ lines, bad }));
