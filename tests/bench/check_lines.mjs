// The measure for "the same checks": what a careful Node script would do with a tree of evidence.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const FIELDS = ["tool", "doc_ref", "request_id", "timestamp", "purpose"];
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|[+-](\d\d):(\d\d))$/;
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isMoment(text) {
  const found = RFC3339.exec(text);
  if (!found) return false;
  const year = +found[1];
  const month = +found[2];
  const day = +found[3];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > DAYS[month - 1]) return false;
  if (month === 2 && day === 29 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0))) return false;
  if (+found[4] > 23 || +found[5] > 59 || +found[6] > 59) return false;
  return found[7] === undefined || (+found[7] <= 23 && +found[8] <= 59);
}

function isRight(line, seen) {
  let record;
  try {
    record = JSON.parse(line);
  } catch {
    return false;
  }
  if (record === null || typeof record !== "object") return false;
  for (const field of FIELDS) {
    if (typeof record[field] !== "string" || record[field].trim() === "") return false;
  }
  if (!isMoment(record.timestamp) || seen.has(record.request_id)) return false;
  seen.add(record.request_id);
  return true;
}

const seen = new Set();
let lines = 0;
let bad = 0;
for (const entry of readdirSync(process.argv[2], { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const all = readFileSync(join(entry.parentPath ?? entry.path, entry.name), "utf8").split("\n");
  all.pop();
  for (const line of all) {
    lines += 1;
    if (!isRight(line, seen)) bad += 1;
  }
}
console.log(JSON.stringify({ lines, bad }));
