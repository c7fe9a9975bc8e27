import { Level } from "./levels"

/** One log event, made only when some handler takes it. Handlers must not change it. */
export interface LogRecord {
    /** Milliseconds since start. */
    time: number
    /** Unix time in ms, or undefined while the wall clock is unknown. */
    wall: number | undefined
    level: Level
    /** Dotted name of the logger, as `net.syslog` or `task.sensor`. */
    topic: string
    /** The mark of a service's lines, as `sensor.service.child`; undefined for plain loggers. */
    mark: string | undefined
    /** What lines show of these: the mark, or else the topic. */
    name: string
    /** The formatted message, one or more lines. */
    message: string
    /** Structured data of the event; undefined when there is none. */
    meta: Record<string, any> | undefined
    /** Text of the time, once the default formatter has made it. */
    stamp?: string
}
