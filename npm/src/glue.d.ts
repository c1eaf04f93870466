/** The generated glue of the wasm module and of its JavaScript twin; the build fills both names in. */
declare module "#glue" {
  export class BridgeCore {
    constructor(options: object, publish: (status: unknown) => void, engine: string);
    start(): void;
    stop(): void;
    open(): void;
    answered(said?: boolean): void;
    refresh(): void;
    cart_changed(): void;
    body_replaced(): void;
    track(name: string, data: unknown): void;
    logout(): void;
  }
  export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
}
declare module "#twin" {
  export { BridgeCore } from "#glue";
}
