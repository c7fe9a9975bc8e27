import { Level } from "./levels"

/** One log event. The log reuses the object: handlers must not change it, nor keep it uncopied. */
export interface LogRecord {
    /** Milliseconds since start. */
    time: number
    /** Unix time in ms, or undefined while the wall clock is unknown. */
    wall: number | undefined
    level: Level
    /** Dotted topic of the logger, as `net.syslog` or `task.sensor`. */
    topic: string
    /** The mark of a service's lines, as `sensor.service.child`; undefined for plain loggers. */
    mark: string | undefined
    /** The name that lines show: the mark, or else the topic. */
    name: string
    /** The formatted message: at most MAX_MESSAGE bytes, control characters escaped. */
    message: string
    /** Structured data (metadata) of the event; undefined when there is none. */
    meta: Record<string, any> | undefined
    /** The time as text, once the default formatter has made it. */
    stamp?: string
}
