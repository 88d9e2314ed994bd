// sharp behind a function, its defaults untouched: the original is decoded for every variant.
// Reads `{"path", "width", "format"}` a line; answers `{"seconds", "data"}`, data in base64.
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import sharp from "sharp";

sharp.cache(false);
const originals = new Map();

for await (const line of createInterface({ input: process.stdin })) {
  const { path, width, format } = JSON.parse(line);
  if (!originals.has(path)) originals.set(path, readFileSync(path));
  const start = performance.now();
  const data = await sharp(originals.get(path)).rotate().resize({ width }).toFormat(format).toBuffer();
  const seconds = (performance.now() - start) / 1000;
  console.log(JSON.stringify({ seconds, data: data.toString("base64") }));
}
