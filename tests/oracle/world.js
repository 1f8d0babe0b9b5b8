// A random world: a configuration, what it expects, and what lies in the lake.
import { makeDimensions } from "./dimensions.js";

const DAY = 86_400_000;
const HOUR = DAY / 24;

const ROOTS = ["", "lake/", "lake/a/", "lake/ab/", "lake/a b+c%20/é/", "odd\"'/", "deep/".repeat(40)];
// None of them stands in a value.
const SEPARATORS = ["/", "/", "__", "/@", ";", "__x__"];
const SUFFIXES = ["", ".json", ".csv.gz", "/data", "-|-"];
const ZONES = [["UTC", 0], ["UTC", 0], ["Etc/GMT+5", -5], ["Etc/GMT-9", 9]];

const escaped = (text) => text.replaceAll("{", "{{").replaceAll("}", "}}");

/// All combinations, the last dimension running fastest.
function combinations(dimensions) {
  let made = [[]];
  for (const { values } of dimensions) {
    made = made.flatMap((before) => values.map((value) => [...before, value]));
  }
  return made;
}

/// The pieces of the key in random order: fields of dimensions, and perhaps one free piece.
function makePieces(random, dimensions) {
  const fields = dimensions.flatMap((dimension, i) =>
    dimension.fields.map((field, j) => ({ ...field, at: [i, j] })));
  const pieces = random.shuffled(fields);
  const free = random.one([null, null, null, "_", "free"]);
  if (free) pieces.splice(random.between(0, pieces.length), 0, { name: free, free: true });
  return pieces;
}

/// Before and behind the free piece; `before` is the whole key without one.
function keyOf(collection, values) {
  let before = collection.root, behind = null;
  collection.pieces.forEach((piece, i) => {
    if (i > 0) {
      if (behind === null) before += collection.separators[i - 1];
      else behind += collection.separators[i - 1];
    }
    if (piece.free) {
      behind = "";
      return;
    }
    const text = values[piece.at[0]].keys[piece.at[1]];
    if (behind === null) before += text;
    else behind += text;
  });
  if (behind === null) return { before: before + collection.suffix, behind: null };
  return { before, behind: behind + collection.suffix };
}

function template(collection) {
  let text = escaped(collection.root);
  collection.pieces.forEach((piece, i) => {
    if (i > 0) text += escaped(collection.separators[i - 1]);
    text += `{${piece.name}${piece.form ? `:${piece.form}` : ""}}`;
  });
  return text + escaped(collection.suffix);
}

/// Moments are never near: the program reads its clock later than we do.
function makeExpect(random, world, collection) {
  const expect = {};
  const hasTime = collection.dimensions.some((dimension) => dimension.isTime);
  if (random.chance(0.5)) expect.min_size = random.one([1, 200, 5000]);
  if (random.chance(0.3)) expect.max_age = random.one([2, 20, 400]) * DAY;
  if (hasTime && random.chance(0.4)) expect.settled_after = world.apart(random.between(0, 5) * DAY);
  if (hasTime) expect.available_after = world.apart(random.between(0, 2) * DAY);
  if (collection.free === "free" && random.chance(0.7)) {
    const hasLeast = collection.dimensions.some((dimension) => dimension.isTable);
    expect.count = hasLeast && random.chance(0.7) ? "least" : random.between(1, 4);
  }
  return expect;
}

function makeCollection(random, world, number) {
  const dimensions = makeDimensions(random, world, `c${number}d`);
  const pieces = makePieces(random, dimensions);
  const collection = {
    name: `c${number}`, dimensions, pieces,
    root: random.one(ROOTS) + (random.chance(0.5) ? `c${number}/` : ""),
    suffix: random.one(SUFFIXES),
    separators: pieces.slice(1).map(() => random.one(SEPARATORS)),
    free: pieces.find((piece) => piece.free)?.name,
  };
  collection.key = template(collection);
  collection.expect = makeExpect(random, world, collection);
  const all = combinations(dimensions).slice(0, 1_000_000);
  collection.partitions = all.map((values, index) => {
    const { before, behind } = keyOf(collection, values);
    const texts = {};
    dimensions.forEach((dimension, i) => dimension.fields.forEach((field, j) => {
      texts[field.name] = values[i].texts[j];
    }));
    const time = dimensions.findIndex((dimension) => dimension.isTime);
    const least = values.find((value) => value.least !== undefined)?.least;
    return { index, before, behind, texts, end: time < 0 ? null : values[time].end, least };
  });
  return collection;
}

/// One of the things that almost fit.
function nearMiss(random, key) {
  const at = random.between(0, key.length);
  return random.one([
    () => `${key}x`, () => `x${key}`, () => key.slice(0, -1), () => key.slice(1), () => `/${key}`,
    () => key.replace("/", "//"), () => key.replace(/\d/, (digit) => `0${digit}`),
    () => key.replace(/-\d\d$|-\d\d\b/, "-31"), () => key.replace(/\d(?!.*\d)/, "9"),
    () => key.toUpperCase(), () => `${key}.part`, () => key.replace(/[^/]+$/, ""),
    () => `${key.slice(0, at)}\n${key.slice(at)}`, () => `${key.slice(0, at)} ${key.slice(at)}`,
    () => encodeURIComponent(key), () => `${key.slice(0, at)}%${key.slice(at)}`,
    () => key.replaceAll(/[^/]*$/g, (last) => last.repeat(3)),
  ])();
}

/// Puts objects into the lake; a few keys have older versions or a delete marker.
function fill(random, world) {
  const keys = new Map();
  const put = (key) => {
    const isWhole = Buffer.from(key).toString() === key;  // no character was cut in two
    if (key === "" || Buffer.byteLength(key) > 1024 || !isWhole) return;
    const modified = world.apart(world.today) - random.one([1, 3, 15, 60, 500]) * DAY -
                     random.between(0, 30) * HOUR;
    keys.set(key, { key, modified, size: random.one([0, 1, 150, 199, 200, 4999, 5000, 2 ** 40]) });
  };
  for (const collection of world.collections) {
    const share = random.one([0.2, 0.9, 0.99, 1]);
    for (const { before, behind } of collection.partitions) {
      if (!random.chance(share)) continue;
      const count = behind === null ? 1 : random.between(1, 4);
      for (let i = 0; i < count; ++i) {
        const free = random.one(["v1", "a;b", "x__y", "+ %", "é", String(i), "\n", "z".repeat(100)]);
        const key = behind === null ? before : before + free + behind;
        put(key);
        if (random.chance(0.05)) put(nearMiss(random, key));
      }
    }
  }
  return [...keys.values()];
}

export function makeWorld(random, now) {
  const [zone, zoneHours] = random.one(ZONES);
  const world = { zone, zoneHours, files: {}, now, today: Math.floor(now / DAY) * DAY };
  // Everything happens on whole hours and this, so it is never closer to now than half an hour.
  const apart = Math.floor((now + HOUR / 2) % HOUR / 1000) * 1000;
  world.apart = (time) => time + apart;
  world.collections = [];
  for (let i = random.between(1, 6); i > 0; --i) {
    const collection = makeCollection(random, world, i);
    const isFine = collection.partitions.length <= 3000 && Buffer.byteLength(collection.key) < 900;
    if (isFine) world.collections.push(collection);
  }
  world.objects = fill(random, world);
  return world;
}

/// The configuration as it is written to upkeep.yaml; JSON is YAML.
export function configOf(world) {
  const collections = {};
  for (const { name, key, dimensions, expect } of world.collections) {
    const seconds = (duration) => `${Math.round(duration / 1000)}s`;
    const declared = { ...expect };
    for (const rule of ["max_age", "settled_after", "available_after"]) {
      if (rule in declared) declared[rule] = seconds(declared[rule]);
    }
    if ("min_size" in declared) declared.min_size = `${declared.min_size}B`;
    if ("count" in declared) declared.count = { min: declared.count };
    collections[name] = { store: "lake", key, expect: declared,
      dimensions: Object.fromEntries(dimensions.map((one) => [one.name, one.declared])) };
  }
  return {
    state: "./state", timezone: world.zone,
    stores: {
      lake: { url: "file:./lake", ignore: ["*.part"],
        inventory: { store: "reports", prefix: "inventory", when_old: "fail" } },
      reports: { url: "file:./reports" },
    },
    collections,
  };
}
