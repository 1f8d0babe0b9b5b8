// Random dimensions: what stands in the configuration, and the values that it means. A value
// gives the text of each field, how a key may write it, and when its period ends.

const DAY = 86_400_000;
const HOUR = DAY / 24;

const DATE_FORMS = {
  day: ["", "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y/%Y-%m-%d", "%d.%m.%Y", "%Y-%j", "%y%m%d"],
  month: ["", "%Y-%m", "%Y/%m", "%Y%m"],
  year: ["", "%Y"],
  hour: ["%Y-%m-%d/%H", "%Y%m%d%H", "%Y/%j/%H%M"],
};

// Nothing of this stands behind a field in a key, where a value must not hold it.
const TEXTS = ["plays", "box score", "a+b", "50%", "%41", 'said "so"', "one,two", "Équipe", "日本",
  "007", "7", "x=1", "a&b", "#1", "~", "'", "A", "a", "(1)", "é", "[0]", "back\\slash", "{x}",
  "😀", "x".repeat(300), "very long ".repeat(20) + "."];

const two = (number) => String(number).padStart(2, "0");

/// As strftime writes it, in UTC.
export function written(time, form) {
  const at = new Date(time);
  const year = at.getUTCFullYear();
  const day = Math.round((Date.UTC(year, at.getUTCMonth(), at.getUTCDate()) -
                          Date.UTC(year, 0, 1)) / DAY) + 1;
  const parts = {
    Y: String(year), y: two(year % 100), m: two(at.getUTCMonth() + 1), d: two(at.getUTCDate()),
    j: String(day).padStart(3, "0"), H: two(at.getUTCHours()), M: two(at.getUTCMinutes()),
  };
  return form.replace(/%(.)/g, (_, letter) => parts[letter]);
}

function after(time, unit, count) {
  const at = new Date(time);
  if (unit === "month") return at.setUTCMonth(at.getUTCMonth() + count);
  if (unit === "year") return at.setUTCFullYear(at.getUTCFullYear() + count);
  return time + count * (unit === "hour" ? HOUR : DAY);
}

function dates(random, world, name) {
  const unit = random.one(["day", "day", "day", "month", "year", "hour"]);
  const step = random.one({ day: [1, 1, 2, 7], month: [1, 3], year: [1], hour: [1, 6] }[unit]);
  let from = random.chance(0.4) ? world.today - random.between(1, 30) * DAY
    : Date.UTC(random.between(1999, 2024), random.between(0, 11), random.between(1, 28));
  if (unit === "month" || unit === "year") from = Date.parse(written(from, "%Y-%m-01"));
  if (unit === "year") from = Date.parse(written(from, "%Y-01-01"));
  const periods = random.between(1, unit === "hour" ? 60 : 45);
  const last = after(from, unit, (periods - 1) * step);
  const to = Math.floor(last / DAY) * DAY;
  const form = random.one(DATE_FORMS[unit]);
  const values = [];
  const shift = unit === "hour" ? 0 : world.zoneHours * HOUR;
  for (let n = 0, at = from; at < to + DAY; at = after(from, unit, ++n * step)) {
    if (unit !== "hour" && at > to) break;
    const end = after(from, unit, (n + 1) * step) - shift;
    const text = written(at, unit === "hour" ? "%Y-%m-%dT%H:%MZ" : "%Y-%m-%d");
    values.push({ texts: [text], keys: [written(at, form || "%Y-%m-%d")], end });
  }
  const letter = { day: "d", month: "mo", year: "y", hour: "h" }[unit];
  const declared = { from: written(from, "%Y-%m-%d"), to: written(to, "%Y-%m-%d") };
  if (unit !== "day" || step > 1) declared.every = `${step}${letter}`;
  return { name, declared, fields: [{ name, form }], values, isTime: true };
}

function numbers(random, name) {
  const from = random.one([0, 0, 1, 7, 98, 995, 2 ** 31 - 3, 4_000_000_000]);
  const every = random.one([1, 1, 1, 3, 10]);
  const to = from + random.between(0, 40) * every;
  const width = random.one([0, 0, 2, 4, 12]);
  const values = [];
  for (let number = from; number <= to; number += every) {
    values.push({ texts: [String(number)], keys: [String(number).padStart(width, "0")] });
  }
  const declared = every === 1 ? { from, to } : { from, to, every };
  return { name, declared, fields: [{ name, form: width ? `0${width}` : "" }],
    values };
}

function list(random, name) {
  const texts = random.some(TEXTS, random.between(1, 8));
  return { name, declared: texts, fields: [{ name, form: "" }],
    values: texts.map((text) => ({ texts: [text], keys: [text] })) };
}

const quoted = (text) => (/[",]/.test(text) || text !== text.trim()
  ? `"${text.replaceAll('"', '""')}"` : text);

/// A table of a text, a number and perhaps a date; its column `least` may be a count.
function table(random, world, name) {
  const hasDate = random.chance(0.5);
  const fields = [{ name: `${name}_text`, form: "" },
    { name: `${name}_number`, form: random.one(["", "03"]) }];
  if (hasDate) fields.push({ name: `${name}_date`, form: random.one(DATE_FORMS.day) });
  const lines = [[...fields.map((field) => field.name), "least"].join(",")];
  const values = [];
  const seen = new Set();
  for (let i = random.between(1, 120); i > 0; --i) {
    const number = random.between(0, 2000);
    const day = world.today - random.between(20, 4000) * DAY;
    const texts = [random.one(TEXTS), String(number)];
    const keys = [texts[0], texts[1].padStart(Number(fields[1].form), "0")];
    if (hasDate) {
      texts.push(written(day, "%Y-%m-%d"));
      keys.push(written(day, fields[2].form || "%Y-%m-%d"));
    }
    if (seen.has(keys.join("\n"))) continue;
    seen.add(keys.join("\n"));
    const least = random.between(0, 3);
    lines.push([...texts.map(quoted), least].join(","));
    values.push({ texts, keys, least, end: day + DAY - world.zoneHours * HOUR });
  }
  const types = ["text", "number", "date"];
  world.files[`${name}.csv`] = `${lines.join("\n")}\n`;
  const declared = { table: `${name}.csv`,
    fields: fields.map((field, i) => ({ name: field.name, type: types[i] })) };
  return { name, declared, fields, values, isTime: hasDate, isTable: true };
}

/// One to three dimensions, of at most one that gives the time.
export function makeDimensions(random, world, prefix) {
  const made = [];
  for (let i = random.between(1, 3); i > 0; --i) {
    const name = `${prefix}${i}`;
    const kind = random.one(["dates", "dates", "numbers", "list", "table"]);
    const hasTime = made.some((dimension) => dimension.isTime);
    const hasTable = made.some((dimension) => dimension.isTable);
    if (kind === "dates" && !hasTime) made.push(dates(random, world, name));
    else if (kind === "table" && !hasTime && !hasTable) made.push(table(random, world, name));
    else if (kind === "numbers") made.push(numbers(random, name));
    else made.push(list(random, name));
  }
  return made;
}
