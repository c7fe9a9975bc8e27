import * as ds from "@devicescript/core"

/** Longest message, in bytes: a longer one is cut and marked. */
export const MAX_MESSAGE = 1024
/** What marks a text that was cut. */
export const CUT_MARK = "[...]"

/**
 * The VM's native formatter, which fills `{0}` to `{3}` of a message; its type in the library
 * admits numbers only.
 */
export const nativeFormat: (
    message: string,
    a?: unknown,
    b?: unknown,
    c?: unknown,
    d?: unknown
) => string = (ds as any).format

/** The first characters of a text that fit into `bytes`, marked when something was cut off. */
export function cut(text: string, bytes: number): string {
    if (text.byteLength <= bytes) return text
    const room = Math.max(0, bytes - CUT_MARK.byteLength)
    let short = text.slice(0, room)
    while (short.byteLength > room) {
        const over = short.byteLength - room
        // a character has at most 4 bytes, so at least this many must go
        short = short.slice(0, short.length - Math.idiv(over + 3, 4))
    }
    return short + CUT_MARK.slice(0, bytes)
}

/** Renders an object as `key=value key=value`; nested ones as JSON. */
export function renderFields(object: Record<string, any>): string {
    const words: string[] = []
    for (const key of Object.keys(object)) {
        const value = object[key]
        if (value === undefined) continue
        const text =
            typeof value === "object" && value !== null
                ? JSON.stringify(value)
                : nativeFormat("{0}", value)
        words.push(`${key}=${text}`)
    }
    return words.join(" ")
}

/**
 * Renders whatever was thrown: name, message and frames of an error, or the value itself.
 *
 * The VM gives the frames of an error as program counters only, innermost first, 16 at most.
 * They appear as `gpc:1234`, which the build's debug info resolves to file and line.
 */
export function renderError(error: any): string {
    if (error instanceof Error) {
        const text = `${error.name || "Error"}: ${error.message}`
        return text + renderFrames(error.__stack__)
    }
    // the VM gives frames to any object that is thrown
    if (
        typeof error !== "object" ||
        error === null ||
        error.__stack__ === undefined
    )
        return nativeFormat("threw {0}", error)
    const fields = Object.assign({}, error)
    const frames = renderFrames(error.__stack__)
    fields.__stack__ = undefined
    return `threw ${renderFields(fields)}${frames}`
}

function renderFrames(stack: Buffer): string {
    if (!stack || !stack.length) return ""
    const frames: string[] = []
    for (let i = 0; i + 1 < stack.length; i += 2)
        frames.push(`gpc:${stack.getAt(i, "u16")}`)
    return ` at ${frames.join(" ")}`
}
