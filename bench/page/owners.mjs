/**
 * Whose scripts they were that ran in long frames: the package's, Tidio's, or the shop's.
 *
 * The browser names the script that a task began in. In scope: telling owners apart by its address; ours is what only
 * pages with the bridge ask for. Out of scope: the boot part, which lies in a file of the shop's build that pages
 * without chat run as well; `npm/test-browser/cost.test.ts` measures it on a page where everything is ours.
 */

/**
 * Answers how to tell an owner.
 *
 * @param {{withBridge: string[], without: string[], tidio: string}} known paths of scripts that pages with the bridge
 *   and pages without it asked for; origin of Tidio's script
 * @returns {(url: string) => "ours" | "tidio" | "shop"}
 */
export function ownersOf({ withBridge, without, tidio }) {
  const plain = new Set(without);
  const ours = new Set(withBridge.filter((path) => !plain.has(path)));
  return (url) => {
    if (url.startsWith(`${tidio}/`)) return "tidio";
    return URL.canParse(url) && ours.has(new URL(url).pathname) ? "ours" : "shop";
  };
}

/** Main-thread time of one owner's scripts in long frames, and the longest of them, in ms. */
export function timeOf(scripts, ownerOf, owner) {
  const times = scripts.filter(({ url }) => ownerOf(url) === owner).map(({ ms }) => ms);
  return { sum: times.reduce((sum, ms) => sum + ms, 0), longest: Math.max(0, ...times) };
}
