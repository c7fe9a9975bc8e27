export {
    type BuiltProgram,
    buildInputs,
    buildProgram,
    buildFolder,
    checkProgram,
    lastBuild,
    readBy,
    rehearseBuild,
    unpackLibraries,
} from "./build.ts"
export {
    type BuildSizes,
    codeSize,
    measureBuild,
    TooLargeError,
    uncalledMethods,
} from "./build-sizes.ts"
export { keepCompilers } from "./compiler.ts"
export { Collector, type CollectorListener } from "./collector.ts"
export { readConsoleLine } from "./console.ts"
export { FlashAccount } from "./flash-file.ts"
export {
    EventTimeout,
    type SimEvent,
    type SimEventName,
    type SimEvents,
} from "./events.ts"
export { Fleet, type FleetOptions, MAX_BOARDS } from "./fleet.ts"
export {
    type Framing,
    FramingDecoder,
    FramingError,
    type SyslogLine,
} from "./framing.ts"
export { findDebugFile } from "./debug-files.ts"
export { LogWatch } from "./log-watch.ts"
export type { SimulatorOptions } from "./options.ts"
export { hasFrames, SourceMap } from "./source-map.ts"
export { FileWatch, hashesOf } from "./watch.ts"
export { Simulator } from "./simulator.ts"
export {
    checkArguments,
    gatherBoardSettings,
    gatherSettings,
    type SettingSources,
    type SimSettings,
} from "./settings.ts"
