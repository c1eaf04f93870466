/** What a process has cost so far. In scope: Linux's /proc. Elsewhere nothing is known, and nothing is claimed. */
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";

/** Clock ticks a second in `/proc/<pid>/stat` on Linux. */
const TICKS = 100;

/** The workerd that this process has started, if there is one. */
export function workerdOf(parent) {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid=,comm="], { encoding: "utf8" }).split("\n").map((row) => row.trim().split(/\s+/));
  return Number(rows.find(([, ppid, name]) => Number(ppid) === parent && name?.includes("workerd"))?.[0]) || undefined;
}

/** CPU time of a process so far, user and system, in milliseconds. */
export async function cpuOf(pid) {
  if (!pid) return undefined;
  try {
    const text = await readFile(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
  } catch {
    return undefined;
  }
}
