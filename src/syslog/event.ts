/** What a message is made of: the part of a log record that goes on the wire. */
export interface SyslogEvent {
    /** Uptime in ms. */
    time: number
    /** Unix time in ms; undefined while unknown. */
    wall: number | undefined
    /** Severity; more detailed than debug is sent as debug. */
    level: number
    topic: string
    /** As `task.service`; undefined for plain loggers. */
    mark: string | undefined
    /** Without control characters: `escapeControls`. */
    message: string
    meta: Record<string, any> | undefined
}
