/**
 * The seam between the boot part and the module that is loaded late.
 *
 * In scope: types. Out of scope: behaviour; `engine.ts` fills them with the wasm module or its twin.
 */
import type { BridgeOptions, Product, Status, TrackData } from "./types.js";

/** Methods of the late module that the boot part queues calls for. */
export interface Core {
  start(): void;
  stop(): void;
  open(): void;
  refresh(): void;
  cartChanged(cart?: object): void;
  productInView(product: Product | null): void;
  signal(name: string, details?: { id?: string } & TrackData): void;
  track(name: string, data?: TrackData): void;
  logout(): void;
}

/** What `import("./engine.js")` offers. Rejects only when neither build could be loaded. */
export interface EngineModule {
  createCore(options: BridgeOptions, publish: (status: Status) => void): Promise<Core>;
}
