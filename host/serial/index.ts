export { BridgeReader, quoteFrame } from "./bridge.ts"
export { findPort, openPort } from "./port.ts"
export { SerialLines } from "./lines.ts"
export { flashImage } from "./loader.ts"
