/**
 * How a command fails: a stable code, one sentence, what to do about it, and an exit code.
 *
 * In scope: the error type and the exit codes. Out of scope: printing.
 */

/** What the program ends with. These numbers never change. */
export const EXIT = {
  /** Done, and nothing is wrong. */
  ok: 0,
  /** It ran, and found a problem or could not finish. */
  problem: 1,
  /** It was called wrongly; nothing was done. */
  usage: 2,
  /** Ctrl-C. What runs in the Worker goes on. */
  interrupted: 130,
} as const;

/** An exit code. */
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** More about a failure. No member may hold a secret. */
export interface FailureDetails {
  exit?: Exit;
  /** The correlation id of the call that failed; it finds the Worker's log line. */
  correlationId?: string | undefined;
  /** What to do now. */
  hint?: string | undefined;
}

/** A failure that is told to the user by its code and message, without a stack. */
export class Failure extends Error {
  readonly exit: Exit;
  readonly correlationId: string | undefined;
  readonly hint: string | undefined;

  constructor(
    /** Stable, lower case with underscores. */
    readonly code: string,
    message: string,
    details: FailureDetails = {},
  ) {
    super(message);
    this.name = "Failure";
    this.exit = details.exit ?? EXIT.problem;
    this.correlationId = details.correlationId;
    this.hint = details.hint;
  }
}

/** The command was called wrongly. */
export function usage(message: string, hint?: string): Failure {
  return new Failure("usage", message, { exit: EXIT.usage, hint });
}
