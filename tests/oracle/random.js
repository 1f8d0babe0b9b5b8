// Random numbers that are the same everywhere, for worlds that can be made again.

export class Random {
  constructor(seed) {
    this.state = (seed * 2654435761) >>> 0;
    for (let i = 0; i < 5; ++i) this.next();
  }

  /// From 0 to below 1 (Mulberry32).
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /// Both ends included.
  between(low, high) { return low + Math.floor(this.next() * (high - low + 1)); }
  chance(share) { return this.next() < share; }
  one(list) { return list[this.between(0, list.length - 1)]; }

  some(list, count) { return this.shuffled(list).slice(0, count); }

  shuffled(list) {
    const made = [...list];
    for (let i = made.length - 1; i > 0; --i) {
      const other = this.between(0, i);
      [made[i], made[other]] = [made[other], made[i]];
    }
    return made;
  }
}
