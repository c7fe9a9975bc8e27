import type { EnvEntry } from "./env.ts"

/** A setting that would reach a board in another form than the simulator. */
export interface ToolDifference {
    key: string
    line: number
    reason: string
}

/**
 * Finds the settings that the DeviceScript tool itself would drop or change when it deploys
 * `text` (a whole `.env` file) to a board. The tool passes over every line with a "#" in it,
 * ends values at the end of the line, keeps spaces and quotes other than ", and stores the JSON
 * of what it reads (`compiler/src/dotenv.ts` of microsoft/devicescript).
 */
export function toolDifferences(
    text: string,
    entries: EnvEntry[]
): ToolDifference[] {
    const lines = text.split(/\r?\n/)
    const read = toolReading(lines)
    return entries.flatMap(({ key, value, line }) => {
        const stored = read.get(key)
        if (value === (stored ?? "")) return []
        return [{ key, line, reason: why(lines[line - 1], stored, value) }]
    })
}

/** The settings as the tool reads them, each as the text that a firmware would see. */
function toolReading(lines: string[]): Map<string, string> {
    const read = new Map<string, string>()
    for (const line of lines) {
        const at = line.indexOf("=")
        if (line.includes("#") || at < 1) continue
        const key = line.slice(0, at)
        read.set(key, asStored(line.slice(at + 1)))
    }
    return read
}

function asStored(value: string): string {
    try {
        const parsed: unknown = JSON.parse(value)
        if (parsed === null) return value
        return typeof parsed === "string" ? parsed : JSON.stringify(parsed)
    } catch {
        return value
    }
}

function why(line: string, stored: string | undefined, value: string): string {
    if (line.includes("#"))
        return `the DeviceScript tool drops every line with a "#" in it, so this setting would not reach a board`
    if (value.includes("\n"))
        return `the DeviceScript tool knows no values of several lines, so this one would be cut`
    if (/^\s*export\s/.test(line))
        return `the DeviceScript tool does not know "export", so this setting would not reach a board`
    if (stored === undefined)
        return `the DeviceScript tool does not find the setting in this line (write KEY=VALUE without spaces)`
    return `the DeviceScript tool would change the value (spaces, single quotes and number forms are not kept as they are)`
}
