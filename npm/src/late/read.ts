/** Values that a page keeps somewhere. In scope: finding them. What is blocked or missing is not there. */

/** A member of a member and so on: `auth.token`, `carts[0].id`. */
export function find(value: unknown, path: string): unknown {
  const steps = path.split(/[.[\]]/).filter(Boolean);
  return steps.reduce((value, step) => (value as Record<string, unknown> | null | undefined)?.[step], value);
}

/** The content of a meta element. */
export function metaContent(name: string): string | undefined {
  const all = document.querySelectorAll<HTMLMetaElement>("meta[name]");
  return [...all].find((meta) => meta.name === name)?.content;
}
