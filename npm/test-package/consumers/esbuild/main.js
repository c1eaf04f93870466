import wasm from "commercetools-tidio/bridge.wasm";
import { startChat } from "../chat.js";

startChat({ wasm });
