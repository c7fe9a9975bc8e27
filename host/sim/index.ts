export {
    type BuiltProgram,
    buildProgram,
    codeSize,
    unpackLibraries,
} from "./build.ts"
export { Collector, type CollectorListener } from "./collector.ts"
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
export { LogWatch } from "./log-watch.ts"
export type { SimulatorOptions } from "./options.ts"
export { Simulator } from "./simulator.ts"
export {
    gatherSettings,
    type SettingSources,
    type SimSettings,
} from "./settings.ts"
