/** All commands, in the order of the help. */
import type { Command } from "../command.js";
import { backfill, backfillPause, backfillResume, backfillStatus } from "./backfill.js";
import { deadLettersList, deadLettersReplay, deadLettersShow } from "./dead-letters.js";
import { doctor } from "./doctor.js";
import { init } from "./init.js";
import { routesExplain } from "./routes.js";
import { subscriptionCheck, subscriptionCreate, subscriptionDelete } from "./subscription.js";
import { trace } from "./trace.js";

export const COMMANDS: readonly Command[] = [
  init,
  doctor,
  backfill,
  backfillStatus,
  backfillPause,
  backfillResume,
  trace,
  routesExplain,
  deadLettersList,
  deadLettersShow,
  deadLettersReplay,
  subscriptionCreate,
  subscriptionCheck,
  subscriptionDelete,
];
