// Writes a report as S3 delivers it: CSV as S3 writes it, or Parquet by two foreign writers.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";

const BUCKET = "lake-bucket";
const PARENT = "inventory/lake-bucket/daily";
const NAMES = { bucket: "Bucket", key: "Key", version: "VersionId", latest: "IsLatest",
  deleted: "IsDeleteMarker", size: "Size", modified: "LastModifiedDate", etag: "ETag" };
const PARQUET_NAMES = { bucket: "bucket", key: "key", version: "version_id", latest: "is_latest",
  deleted: "is_delete_marker", size: "size", modified: "last_modified_date", etag: "e_tag" };

/// Rows of older versions and of delete markers are put between the objects' own.
function rowsOf(random, world, hasVersions) {
  const rows = [];
  for (const { key, size, modified } of world.objects) {
    const row = { bucket: BUCKET, key, version: "v2", latest: true, deleted: false, size, modified,
      etag: "d41d8cd98f00b204e9800998ecf8427e" };
    if (hasVersions && random.chance(0.2)) {
      rows.push({ ...row, version: "v1", latest: false, size: random.between(0, 9000) });
    }
    if (hasVersions && random.chance(0.1)) {
      rows.push({ ...row, deleted: true, size: null, etag: null }, { ...row, latest: false });
    } else {
      rows.push(row);
    }
  }
  return rows;
}

/// Among several files, in order or without any: S3 promises none, and mostly keeps to that of the
/// keys. What is missing must not depend on it.
function partsOf(random, rows, count) {
  const byKey = (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
  const ordered = random.chance(0.5) ? [...rows].sort(byKey) : random.shuffled(rows);
  const size = Math.ceil(rows.length / count);
  const isOneBehindTheOther = random.chance(0.5);
  const fileOf = (n) => (isOneBehindTheOther ? Math.floor(n / size) : n % count);
  return Array.from({ length: count }, (_, i) => ordered.filter((_, n) => fileOf(n) === i));
}

/// What a rule needs must be there; the rest may be.
function columnsOf(random, world, hasVersions) {
  const needs = (...rules) => world.collections.some(({ expect }) =>
    rules.some((rule) => rule in expect));
  const columns = ["bucket", "key"];
  if (hasVersions) columns.push("version", "latest", "deleted");
  if (needs("min_size") || random.chance(0.7)) columns.push("size");
  const newestCounts = world.collections.some(({ free, expect }) => free && "min_size" in expect);
  if (needs("max_age", "settled_after") || newestCounts || random.chance(0.7)) {
    columns.push("modified");
  }
  if (random.chance(0.5)) columns.push("etag");
  return random.chance(0.3) ? random.shuffled(columns) : columns;
}

/// As S3 encodes a key: nothing but these stays, and a space becomes `+`.
function encoded(random, key) {
  let text = "";
  for (const byte of Buffer.from(key)) {
    const character = String.fromCharCode(byte);
    const hex = byte.toString(16).padStart(2, "0");
    if (/[A-Za-z0-9/._*-]/.test(character)) text += character;
    else if (character === " ") text += "+";
    else text += `%${random.chance(0.9) ? hex.toUpperCase() : hex}`;
  }
  return text;
}

function csvField(random, row, column) {
  if (column === "key") return encoded(random, row.key);
  if (row[column] === null) return "";
  if (column === "modified") return new Date(row.modified).toISOString();
  return String(row[column]);
}

function csv(random, rows, columns) {
  const lines = rows.map((row) =>
    columns.map((column) => `"${csvField(random, row, column)}"`).join(","));
  const text = lines.map((line) => `${line}\n`).join("");
  if (random.chance(0.7)) return gzipSync(text, { level: random.between(0, 9) });
  const half = random.between(0, text.length);  // a file of two members
  return Buffer.concat([gzipSync(text.slice(0, half)), gzipSync(text.slice(half))]);
}

async function parquetByDuckDb(random, rows, columns, path, database) {
  const source = `${path}.json`;
  writeFileSync(source, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const types = { latest: "boolean", deleted: "boolean", size: "bigint", modified: "bigint" };
  const read = columns.map((column) => `${column}: '${types[column] ?? "varchar"}'`).join(", ");
  const times = random.one(["timestamp_ms", "timestamp", "timestamp_ns", "timestamptz"]);
  const select = columns.map((column) => (column === "modified"
    ? `make_timestamp(modified * 1000)::${times} as ${PARQUET_NAMES.modified}`
    : `${column} as ${PARQUET_NAMES[column]}`)).join(", ");
  await database.run("set TimeZone = 'UTC'");
  await database.run(
    `copy (select ${select} from read_json('${source}', format = 'newline_delimited',
           columns = {${read}})) to '${path}'
     (format parquet, compression ${random.one(["uncompressed", "snappy", "gzip", "zstd"])},
      row_group_size ${random.one([2048, 4096, 122_880])}, parquet_version ${random.one(["v1", "v2"])},
      dictionary_size_limit ${random.one([1, 10, 100_000])})`);
  return readFileSync(path);
}

function parquetByHyparquet(random, rows, columns) {
  const types = { latest: "BOOLEAN", deleted: "BOOLEAN", size: "INT64", modified: "TIMESTAMP" };
  const values = { size: (row) => (row.size === null ? undefined : BigInt(row.size)),
    modified: (row) => new Date(row.modified) };
  return Buffer.from(parquetWriteBuffer({
    columnData: columns.map((column) => ({
      name: PARQUET_NAMES[column], type: types[column] ?? "STRING",
      nullable: column !== "bucket" && column !== "key",
      data: rows.map(values[column] ?? ((row) => row[column] ?? undefined)),
    })),
    codec: random.one(["SNAPPY", "UNCOMPRESSED"]),
    rowGroupSize: random.one([10, 1000, 100_000]),
    pageSize: random.one([100, 5000, 1_048_576]),
  }));
}

const md5 = (bytes) => createHash("md5").update(bytes).digest("hex");

function writeManifest(folder, begun, format, columns, files) {
  const minute = new Date(begun).toISOString().slice(0, 16).replace(":", "-");
  const dated = join(folder, PARENT, `${minute}Z`);
  const manifest = JSON.stringify({
    sourceBucket: BUCKET, destinationBucket: "arn:aws:s3:::reports", version: "2016-11-30",
    creationTimestamp: String(begun), fileFormat: format === "csv" ? "CSV" : "Parquet",
    fileSchema: format === "csv" ? columns.map((column) => NAMES[column]).join(", ")
      : "message s3.inventory {}", files,
  });
  mkdirSync(dated, { recursive: true });
  writeFileSync(join(dated, "manifest.json"), manifest);
  writeFileSync(join(dated, "manifest.checksum"), md5(manifest));
}

/// Returns how the report was made: its format, its columns, and the paths of its files.
export async function writeReport(random, world, folder, database) {
  const hasVersions = random.chance(0.3);
  const columns = columnsOf(random, world, hasVersions);
  const rows = rowsOf(random, world, hasVersions);
  const format = random.one(["csv", "csv", "duckdb", "hyparquet"]);
  const files = [], paths = [];
  mkdirSync(join(folder, PARENT, "data"), { recursive: true });
  for (const [i, part] of partsOf(random, rows, random.between(1, 4)).entries()) {
    if (part.length === 0 && format !== "csv") continue;
    const key = `${PARENT}/data/${i}.${format === "csv" ? "csv.gz" : "parquet"}`;
    const path = join(folder, key);
    const bytes = format === "csv" ? csv(random, part, columns)
      : format === "duckdb" ? await parquetByDuckDb(random, part, columns, path, database)
        : parquetByHyparquet(random, part, columns);
    writeFileSync(path, bytes);
    files.push({ key, size: bytes.length, MD5checksum: md5(bytes) });
    paths.push(path);
  }
  writeManifest(folder, world.now - 3_600_000, format, columns, files);
  return { format, columns, paths, parquetNames: PARQUET_NAMES };
}
