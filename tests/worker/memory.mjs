/**
 * Modules with less memory than they may have: as if the platform's were used up.
 *
 * In scope: one number in a module's binary. Out of scope: what happens then.
 */

/** The section of a module that says how much memory it has (WebAssembly core specification, 5.5.8). */
const MEMORY = 5;
/** Before the first section: magic number and version. */
const HEADER = 8;

/**
 * The same module, whose memory ends so many pages of 64 KiB after those that it begins with.
 *
 * @param {Buffer} module with one memory, which has no end of its own
 * @param {number} spare
 */
export function withMemory(module, spare) {
  for (let at = HEADER; at < module.length; ) {
    const [length, body] = number(module, at + 1);
    if (module[at] === MEMORY) {
      if (module[body] !== 1 || module[body + 1] !== 0) throw new Error("a module with one memory without an end is wanted");
      const [least] = number(module, body + 2);
      const section = [1, 1, ...digits(least), ...digits(least + spare)];
      return Buffer.concat([module.subarray(0, at + 1), Buffer.from([...digits(section.length), ...section]), module.subarray(body + length)]);
    }
    at = body + length;
  }
  throw new Error("the module has no memory");
}

/** A number as modules write them (LEB128), and where it ends. */
function number(module, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7, at += 1) {
    value += (module[at] & 0x7f) * 2 ** shift;
    if (module[at] < 0x80) return [value, at + 1];
  }
}

function digits(value) {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...digits(Math.floor(value / 0x80))];
}
