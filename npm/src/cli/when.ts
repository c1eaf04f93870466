/** Moments as people type them: a day, a time, or how long ago. */
import { usage } from "./failure.js";

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
const AGO = /^(\d{1,5})(m|h|d)$/;
const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Milliseconds since the Unix epoch of `2026-01-01` (midnight UTC), `2026-01-01T08:00:00Z` or `30d`, `12h`, `15m` ago.
 *
 * @throws Failure `usage` for anything else, and for a moment in the future
 */
export function momentOf(text: string, option: string, now: number): number {
  const ago = AGO.exec(text);
  if (ago) return now - Number(ago[1]) * UNIT_MS[ago[2] as keyof typeof UNIT_MS];
  const ms = DAY.test(text) || TIME.test(text) ? Date.parse(text) : Number.NaN;
  // Some engines read 31 February as 3 March.
  const exists = DAY.test(text) ? !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text) : !Number.isNaN(ms);
  if (!exists) {
    throw usage(`--${option} takes a day (2026-01-31), a time with its zone (2026-01-31T08:00:00Z), or how long ago (30d, 12h, 15m).`);
  }
  if (ms > now) throw usage(`--${option} lies in the future.`);
  return ms;
}

/** A length of time as people say it: `8 s`, `12 min`, `3 h 20 min`. */
export function lasting(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? "" : ` ${rest} min`}`;
}
