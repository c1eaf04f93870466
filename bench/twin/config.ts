/** The part of the `BRIDGE` variable that `POST /v1/identify` needs. Checked once per isolate. */

export interface Locale {
  tag: string;
  language: string;
  currency: string;
  country: string;
  exchange_rate?: number;
}

export interface Rule {
  when: Partial<Record<"locale" | "store" | "currency" | "country" | "identity", string>>;
  route: string;
  tags?: string[];
}

export interface Store {
  commercetools: string;
  tidio: string;
  origins: string[];
  locales: Locale[];
  field_policy?: "minimal" | "standard" | "detailed";
  links?: { order?: string; cart?: string };
  routes?: Rule[];
}

export interface Bridge {
  identity: { audience: string; keys: { kid: string; algorithm: string; secret?: string }[] };
  commercetools: Record<string, { project_key: string; region: string; api_url?: string; auth_url?: string }>;
  tidio: Record<string, { public_key: string }>;
  stores: Record<string, Store>;
}

interface RateLimit {
  limit(options: { key: string }): Promise<{ success: boolean }>;
}

export type Env = { BRIDGE: Bridge; RATE_PER_VISITOR?: RateLimit; RATE_PER_STORE?: RateLimit } & Record<string, string>;

/** `CT_DEMO_CLIENT_ID` for the project called `demo`. */
export function secretName(prefix: string, name: string, suffix: string): string {
  return `${prefix}_${name.toUpperCase().replace(/[^A-Z0-9]/g, "_")}_${suffix}`;
}
