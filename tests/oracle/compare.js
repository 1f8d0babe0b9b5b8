// Random worlds, judged by upkeep and by DuckDB: the gaps must be the same, line for line.
//
//     node compare.js UPKEEP [FIRST..LAST]      seeds; the folder of one that differs is kept
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { judge } from "./judge.js";
import { Random } from "./random.js";
import { writeReport } from "./report.js";
import { configOf, makeWorld } from "./world.js";

const SHOWN = 5;

/// What upkeep says, in the form that judge() gives.
function ask(upkeep, folder) {
  const done = spawnSync(upkeep, ["-c", join(folder, "upkeep.yaml"), "gaps", "--format", "ndjson"],
                         { encoding: "utf8", maxBuffer: 2 ** 30 });
  const lines = done.stdout.split("\n").filter((line) => line !== "").map((line) => {
    const { collection, partition, key, reason } = JSON.parse(line);
    return JSON.stringify({ collection, partition, key, reason });
  });
  return { code: done.status, lines, errors: done.stderr };
}

function differences(ours, theirs) {
  const missing = new Set(theirs), extra = new Set(ours);
  ours.forEach((line) => missing.delete(line));
  theirs.forEach((line) => extra.delete(line));
  const lines = [...[...missing].slice(0, SHOWN).map((line) => `  only DuckDB: ${line}`),
    ...[...extra].slice(0, SHOWN).map((line) => `  only upkeep: ${line}`)];
  if (lines.length === 0 && ours.join("\n") !== theirs.join("\n")) lines.push("  another order");
  return lines;
}

async function compare(upkeep, seed, database) {
  const random = new Random(seed);
  const folder = mkdtempSync(join(tmpdir(), "upkeep-oracle-"));
  const world = makeWorld(random, Date.now());
  for (const name of ["lake", "reports"]) mkdirSync(join(folder, name));
  for (const [name, text] of Object.entries(world.files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, "upkeep.yaml"), JSON.stringify(configOf(world), null, 2));
  const report = await writeReport(random, world, join(folder, "reports"), database);
  const theirs = await judge(world, report, folder, database);
  const { code, lines: ours, errors } = ask(upkeep, folder);
  const wrong = differences(ours, theirs);
  if (code !== (theirs.length > 0 ? 1 : 0)) wrong.push(`  exit code ${code}: ${errors}`);
  if (wrong.length > 0) {
    console.log(`seed ${seed} (${report.format}), see ${folder}:\n${wrong.join("\n")}`);
  } else {
    rmSync(folder, { recursive: true });
  }
  return { isSame: wrong.length === 0, gaps: theirs.length, objects: world.objects.length };
}

async function main(upkeep, seeds = "1..60") {
  const [first, last = first] = seeds.split("..").map(Number);
  const database = await (await DuckDBInstance.create(":memory:")).connect();
  const sum = { worlds: 0, different: 0, gaps: 0, objects: 0 };
  for (let seed = first; seed <= last; ++seed) {
    const { isSame, gaps, objects } = await compare(upkeep, seed, database);
    sum.worlds += 1;
    sum.different += isSame ? 0 : 1;
    sum.gaps += gaps;
    sum.objects += objects;
  }
  console.log(`${sum.worlds} worlds with ${sum.objects} objects and ${sum.gaps} gaps: ` +
              `${sum.different} differ`);
  process.exitCode = sum.different === 0 ? 0 : 1;
}

await main(...process.argv.slice(2));
