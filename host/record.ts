import { isLevel, type Level, LEVELS } from "./levels.ts"

/** A log record, read back from a line that the board printed or sent. */
export interface LogRecord {
    /** The board's wall clock, after RFC 3339; not there while it does not know the time. */
    time?: string
    /** The board's uptime in ms, where the line tells it. */
    uptime?: number
    level: Level
    /** As in the line: a topic, or the mark of a service as `sensor.service`. */
    topic: string
    /** The task that logged, where the line tells it. */
    task?: string
    message: string
    /** Structured data, by name. */
    meta?: Record<string, string>
}

const CONSOLE =
    /^(?:(\d{4}-\d\d-\d\dT[\d:.]+Z)|(\d+(?:\.\d+)?)) \[([A-Z]+)\] \[([^\]]*)\] (.*)$/s
const SERVICE = /^(.*?)\.service\b/
const SYSLOG =
    /^<(\d{1,3})>1 (\S+) \S+ (\S+) \S+ (\S+) (-|(?:\[[^\]\\"]*(?:"(?:[^"\\]|\\.)*"[^\]\\"]*)*\])+)(?: (.*))?$/s
const PARAMETER = / ([^ =\]"]+)="((?:[^"\\]|\\.)*)"/g
const NIL = "-"
const BOM = "\uFEFF"

/**
 * Reads a line of the console in the firmware's own form, `TIME [LEVEL] [TOPIC] MESSAGE`;
 * undefined for any other line.
 */
export function readConsoleRecord(line: string): LogRecord | undefined {
    const match = CONSOLE.exec(line)
    if (!match) return undefined
    const [, time, seconds, label, topic, message] = match
    const level = label.toLowerCase()
    if (!isLevel(level)) return undefined
    const task = SERVICE.exec(topic)?.[1]
    return {
        ...(time !== undefined && { time }),
        ...(seconds !== undefined && {
            uptime: Math.round(Number(seconds) * 1000),
        }),
        level,
        topic,
        ...(task !== undefined && { task }),
        message,
    }
}

/** Reads a syslog message after RFC 5424; undefined for any other line. */
export function readSyslogRecord(line: string): LogRecord | undefined {
    const match = SYSLOG.exec(line)
    if (!match) return undefined
    const [, pri, time, appName, topic, data, message = ""] = match
    const meta: Record<string, string> = {}
    for (const [, name, value] of data.matchAll(PARAMETER))
        meta[name] = value.replace(/\\(["\\\]])/g, "$1")
    const { sysUpTime } = meta
    const task = SERVICE.exec(topic)?.[1]
    return {
        ...(time !== NIL && { time }),
        // sysUpTime counts hundredths of a second (RFC 5424, section 7.3.3)
        ...(sysUpTime !== undefined && { uptime: Number(sysUpTime) * 10 }),
        level: LEVELS[Number(pri) & 7],
        topic: topic === NIL ? appName : topic,
        ...(task !== undefined && { task }),
        message: message.replace(BOM, ""),
        meta,
    }
}
