// What people do without upkeep: the keys that should exist, less those that a report has, as one
// query. For bench/inventory_bench.py.
//
//     node antijoin.js count FOLDER csv|parquet     prints how many keys are missing
//     node antijoin.js convert CSV PARQUET          one file of a report to the other format
import { readFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";

const NAMES = ["bucket", "key", "size", "last_modified_date", "e_tag", "storage_class"];
const COLUMNS = NAMES.map((name) => `${name}: 'varchar'`).join(", ");

const csv = (path) => `read_csv('${path}', auto_detect = false, header = false, delim = ',',
  quote = '"', escape = '"', columns = {${COLUMNS}})`;

function missing(folder, format) {
  const data = `${folder}/reports/inventory/bench-lake/daily/data/*`;
  const have = format === "parquet" ? `select key from read_parquet('${data}')`
    : `select url_decode(replace(key, '+', ' ')) as key from ${csv(data)}`;
  return `select count(*) from (${readFileSync(`${folder}/expected.sql`, "utf8")}) as should
          anti join (${have}) as have using (key)`;
}

const convert = (from, to) => `copy (select bucket, url_decode(replace(key, '+', ' ')) as key,
    size::bigint as size, last_modified_date::timestamptz::timestamp_ms as last_modified_date,
    e_tag, storage_class from ${csv(from)}) to '${to}' (format parquet, compression snappy)`;

const [verb, from, to] = process.argv.slice(2);
const database = await (await DuckDBInstance.create(":memory:")).connect();
await database.run("set TimeZone = 'UTC'");
if (verb === "convert") await database.run(convert(from, to));
else console.log(String((await database.runAndReadAll(missing(from, to))).getRows()[0][0]));
