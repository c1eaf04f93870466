/**
 * What a command is: its name, its options, and the function that does it.
 *
 * In scope: types, and reading option values. Out of scope: parsing the command line, and what commands do.
 */
import { Failure, usage, type Exit } from "./failure.js";
import type { Terminal } from "./terminal.js";

/** One option. */
export interface Option {
  /** Without the dashes. */
  readonly name: string;
  /** What stands for its value in the help, for example `URL`. Absent: a switch without a value. */
  readonly value?: string;
  /** One sentence. */
  readonly help: string;
  /** May be given several times. */
  readonly repeated?: true;
  /** Variable of the environment that stands in when the option is absent. Never for a secret. */
  readonly env?: string;
  /** What stands in when nothing else does. */
  readonly fallback?: string;
}

/** One command. */
export interface Command {
  /** One or two words, for example `backfill pause`. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** What may follow the name besides options, for example `<order number>`; empty for nothing. */
  readonly argument?: string;
  readonly options: readonly Option[];
  /** More than the summary says; shown by `--help`. */
  readonly details?: string;
  /** Whole command lines, after `npx`. */
  readonly examples: readonly string[];
  run(call: Call): Promise<Exit>;
}

/** The world around a command; tests give their own. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly fetch: typeof fetch;
  readonly files: Files;
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Waits; ends early, with false, when the user pressed Ctrl-C. */
  sleep(ms: number): Promise<boolean>;
}

/** The files that a command may touch. */
export interface Files {
  /** One of the package's templates. */
  template(name: string): Promise<string>;
  /** Writes a new file in the working folder. False when there is one of this name already, which is left alone. */
  create(name: string, text: string): Promise<boolean>;
}

/** A command as it was called. */
export interface Call extends World {
  readonly options: Options;
  readonly argument: string | undefined;
}

/** Option values, with the environment and the fallbacks behind them. */
export class Options {
  readonly #given: Readonly<Record<string, string | boolean | string[] | undefined>>;
  readonly #known: ReadonlyMap<string, Option>;
  readonly #env: World["env"];

  constructor(given: Record<string, string | boolean | string[] | undefined>, known: readonly Option[], env: World["env"]) {
    this.#given = given;
    this.#known = new Map(known.map((option) => [option.name, option]));
    this.#env = env;
  }

  /** Was the switch given? */
  has(name: string): boolean {
    return this.#given[name] === true;
  }

  /** The value, if there is one. An empty one counts as absent. */
  text(name: string): string | undefined {
    const option = this.#known.get(name);
    const given = this.#given[name];
    const value = typeof given === "string" ? given : option?.env === undefined ? undefined : this.#env[option.env];
    return value || option?.fallback;
  }

  /** The values of an option that may be repeated. */
  list(name: string): string[] {
    const given = this.#given[name];
    return Array.isArray(given) ? given : [];
  }

  /** The value, or an error that says how to give it. */
  required(name: string): string {
    const value = this.text(name);
    if (value !== undefined) return value;
    const { env, value: placeholder = "VALUE" } = this.#known.get(name) ?? {};
    throw usage(`--${name} ${placeholder} is needed${env ? `, or the variable ${env}` : ""}.`);
  }

  /** One of `allowed`, if the option was given. */
  choice<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const found = allowed.find((one) => one === value);
    if (found === undefined) throw usage(`--${name} must be one of: ${allowed.join(", ")}.`);
    return found;
  }

  /**
   * A secret, from the variable of the environment that the option names: a command line is seen by every process
   * of the machine and kept in histories.
   */
  secret(name: string): string {
    const variable = this.required(name);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) {
      throw usage(`--${name} takes the name of a variable of the environment, not the secret itself.`);
    }
    const value = this.#env[variable];
    if (value) return value;
    throw new Failure("secret_missing", `The variable ${variable} is empty or not set.`, {
      exit: 2,
      hint: `Set it in the environment, for example: export ${variable}=…  (--${name} names another variable.)`,
    });
  }
}
