// Reads rows of an inventory report as JSON, writes them as Parquet to standard output.
import { readFileSync } from "node:fs";
import { parquetWriteBuffer } from "hyparquet-writer";

const { bucket, rows } = JSON.parse(readFileSync(0));
const modified = new Date("2026-01-02T03:04:05.000Z");
process.stdout.write(Buffer.from(parquetWriteBuffer({
  columnData: [
    { name: "bucket", type: "STRING", nullable: false, data: rows.map(() => bucket) },
    { name: "key", type: "STRING", nullable: false, data: rows.map(([key]) => key) },
    { name: "size", type: "INT64", data: rows.map(([, size]) => BigInt(size)) },
    { name: "last_modified_date", type: "TIMESTAMP", data: rows.map(() => modified) },
  ],
})));
