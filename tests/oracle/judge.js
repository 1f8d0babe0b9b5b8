// The oracle: what should exist less what a report has, worked out by DuckDB. It reads the
// report's files itself and knows nothing of how upkeep compares.
import { writeFileSync } from "node:fs";

const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

function objects(report) {
  const has = (column) => report.columns.includes(column);
  const isCsv = report.format === "csv";
  const name = (column) => (isCsv ? column : report.parquetNames[column]);
  const paths = `[${report.paths.map(quoted).join(", ")}]`;
  const columns = report.columns.map((column) => `${column}: 'varchar'`).join(", ");
  const source = isCsv
    ? `read_csv(${paths}, auto_detect = false, header = false, delim = ',', quote = '"',
                escape = '"', columns = {${columns}}, max_line_size = 10000000)`
    : `read_parquet(${paths})`;
  const key = isCsv ? "url_decode(replace(key, '+', ' '))" : "key";
  const modified = isCsv ? "modified::timestamptz" : `${name("modified")}::timestamptz`;
  return `select ${key} as key,
    ${has("size") ? `nullif(${name("size")}::varchar, '')::bigint` : "0"} as size,
    ${has("modified") ? `epoch_ms(${modified})` : "0"} as modified
    from ${source}
    where ${has("latest") ? `${name("latest")}::boolean and not ${name("deleted")}::boolean`
    : "true"} and not ends_with(${key}, '.part')`;
}

function writeExpectation(world, path) {
  const lines = [];
  world.collections.forEach((collection, c) => {
    const { expect, free, name } = collection;
    for (const { index, before, behind, texts, end, least } of collection.partitions) {
      const settled = "settled_after" in expect ? end + expect.settled_after : null;
      if (end !== null && end + (expect.available_after ?? 0) > world.now) continue;  // too early
      lines.push(JSON.stringify({
        c, i: index, collection: name, before, behind, texts: JSON.stringify(texts),
        written: behind === null ? before : `${before}{${free}}${behind}`,
        counted: free === "free", min_size: expect.min_size ?? 0,
        needed: expect.count === "least" ? least : expect.count ?? 1,
        oldest: "max_age" in expect ? world.now - expect.max_age : null,
        settled: settled !== null && settled <= world.now ? settled : null,
      }));
    }
  });
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
}

const COLUMNS = `{c: 'bigint', i: 'bigint', collection: 'varchar', before: 'varchar',
  behind: 'varchar', texts: 'varchar', written: 'varchar', counted: 'boolean', min_size: 'bigint',
  needed: 'bigint', oldest: 'bigint', settled: 'bigint'}`;

// A free piece takes as little as it can where a key fits several partitions.
const GAPS = `
with fits as (
  select s.c, s.i, h.size, h.modified from should s join have h on h.key = s.before
  where s.behind is null
  union all
  select c, i, size, modified from (
    select s.c, s.i, h.size, h.modified, h.key, substr(h.key, length(s.before) + 1,
           length(h.key) - length(s.before) - length(s.behind)) as free
    from should s join have h on starts_with(h.key, s.before) and ends_with(h.key, s.behind)
         and length(h.key) > length(s.before) + length(s.behind)
    where s.behind is not null)
  where not contains(free, '/')
  qualify row_number() over (partition by c, key order by length(free)) = 1
), judged as (
  select f.*, f.size < s.min_size as small,
         coalesce(f.modified < s.oldest, false) or coalesce(f.modified < s.settled, false) as stale,
         f.modified = max(f.modified) over (partition by f.c, f.i) as newest
  from fits f join should s using (c, i)
), summed as (
  select c, i, count(*) filter (where not small) as large, bool_and(stale) as stale,
         bool_and(small) filter (where newest) as small
  from judged group by all
), said as (
  select s.*, case
    when counted and needed = 0 and g.c is null then null
    when g.c is null then 'missing'
    when counted and g.large = 0 then 'undersized'
    when not counted and g.small then 'undersized'
    when g.stale then 'stale'
    when counted and g.large < needed then 'incomplete'
  end as reason
  from should s left join summed g using (c, i)
)
select collection, texts, written, reason from said where reason is not null order by c, i`;

/// The gaps, in the order in which upkeep names them.
export async function judge(world, report, folder, database) {
  const path = `${folder}/should.ndjson`;
  writeExpectation(world, path);
  await database.run("set TimeZone = 'UTC'");
  await database.run(`create or replace temp table should as select * from
    read_json(${quoted(path)}, format = 'newline_delimited', columns = ${COLUMNS})`);
  if (report.paths.length === 0) {
    await database.run("create or replace temp table have (key varchar, size bigint, " +
                       "modified bigint)");
  } else {
    await database.run(`create or replace temp table have as ${objects(report)}`);
  }
  const found = await database.runAndReadAll(GAPS);
  return found.getRows().map(([collection, texts, key, reason]) =>
    JSON.stringify({ collection, partition: JSON.parse(texts), key, reason }));
}
