import { replaceAll } from "../platform"
import { cut, MAX_MESSAGE } from "./text"

// Renders whatever a program passes to a log call, also by mistake: nothing here throws, and both
// the work for one value and its text are bounded, however deep, wide or cyclic it is.
// JSON.stringify would throw on a cycle and escape UTF-8 byte by byte.

/** Levels of nested objects and lists that are written out. */
const MAX_DEPTH = 4
/** Bytes of a Buffer that are written out. */
const MAX_BUFFER = 32
/** Bytes that each value counts besides its text: bounds the number of values. */
const VALUE_BYTES = 8
/** Room of an object or list that comes after others which have used up that of their message. */
const NEXT_BYTES = 64
/** Replaces what is left out. */
const LEFT_OUT = "..."
/** The field with the stack that the VM adds to objects that are thrown. */
const STACK = "__stack__"

/** Structured data of a record: any object with fields. */
export type Fields = Record<string, any>

/** Bytes left for the values that are being rendered. */
let room = 0

/** Gives the next values the room of one message, together. */
export function beginTexts(): void {
    room = MAX_MESSAGE
}

/** A value as text: texts as they are, objects and lists as in JSON, errors as `NAME: MESSAGE`. */
export function textOf(value: unknown): string {
    beginTexts()
    return nextText(value)
}

/**
 * A value as by `textOf`, in the room that the objects and lists before it since `beginTexts` have
 * left, NEXT_BYTES at least.
 */
export function nextText(value: unknown): string {
    if (typeof value !== "object") return "" + shown(value)
    room = Math.max(room, NEXT_BYTES)
    return nestedText(value, 0)
}

/**
 * What is to be written for a value; all but some numbers as they are. The VM writes a fraction that it
 * rounds up to a power of ten with `:` for its first two digits: 9.9999999 as `:`, 99.9999999 as `:0`.
 */
export function shown(value: unknown): unknown {
    if (typeof value !== "number" || (value | 0) === value) return value
    const text = "" + value
    return text.indexOf(":") < 0 ? value : replaceAll(text, ":", "10")
}

/** A value that is the whole message: an error with its frames, anything else as by `textOf`. */
export function messageOf(value: unknown): string {
    return value instanceof Error ? renderError(value) : textOf(value)
}

/** The field names of a value; undefined when it is not a plain object. */
export function fieldsOf(value: unknown): string[] | undefined {
    if (typeof value === "function" || value instanceof Error) return undefined
    // the VM returns undefined for what is no map, lists among them, and throws for null
    try {
        return Object.keys(value as object)
    } catch (e: any) {
        return undefined
    }
}

/** An object as `key=value key=value` without undefined values; anything else as by `textOf`. */
export function renderFields(object: unknown): string {
    beginTexts()
    const keys = fieldsOf(object)
    return keys
        ? manyTexts(object as Fields, keys, 0).join(" ")
        : nextText(object)
}

/**
 * A thrown value as text: name, message and frames of an error; `threw` and the text of any
 * other value.
 *
 * The VM gives the frames of an error as program counters only, innermost first, at most 16.
 * They appear as `gpc:1234`; the build's debug information maps them to file and line.
 */
export function renderError(error: any): string {
    const text =
        error instanceof Error ? textOf(error) : "threw " + renderFields(error)
    // the VM gives frames to any object that is thrown
    const stack = error?.[STACK]
    if (!(stack instanceof Buffer) || !stack.length) return text
    const frames: string[] = []
    for (let i = 0; i + 1 < stack.length; i += 2)
        frames.push("gpc:" + stack.getAt(i, "u16"))
    return text + " at " + frames.join(" ")
}

function nestedText(value: any, depth: number): string {
    if (room <= 0) return LEFT_OUT
    room -= VALUE_BYTES
    if (typeof value === "string") return quoted(value)
    if (value instanceof Error) {
        const name = plainText(value.name, depth) || "Error"
        return name + ": " + plainText(value.message, depth)
    }
    if (value instanceof Buffer) return take(bufferText(value))
    const isList = Array.isArray(value)
    const keys = fieldsOf(value)
    if (!keys && !isList) return take("" + shown(value))
    const inside =
        depth < MAX_DEPTH
            ? manyTexts(value, keys, depth + 1).join(",")
            : LEFT_OUT
    return isList ? `[${inside}]` : `{${inside}}`
}

/** A text as it is, without quotes; any other value as by `nestedText`. */
function plainText(value: unknown, depth: number): string {
    if (typeof value === "string") return take(value)
    return depth >= MAX_DEPTH ? LEFT_OUT : nestedText(value, depth + 1)
}

/**
 * The texts of the elements of a list, or of the fields of an object, as many as fit.
 * @param keys names of the fields; undefined for a list
 * @param depth 0 writes fields as `key=value`, otherwise as in JSON
 */
function manyTexts(
    values: any,
    keys: string[] | undefined,
    depth: number
): string[] {
    const words: string[] = []
    const { length } = keys || values
    for (let i = 0; i < length; ++i) {
        if (room <= 0) {
            words.push(LEFT_OUT)
            break
        }
        const key = keys ? keys[i] : i
        const value = values[key]
        let word: string
        if (!keys) word = nestedText(value, depth)
        else if (key === STACK) continue
        else if (depth > 0)
            word = quoted(keys[i]) + ":" + nestedText(value, depth)
        else if (value === undefined) continue
        else word = take(keys[i]) + "=" + plainText(value, 0)
        words.push(word)
    }
    return words
}

function quoted(text: string): string {
    const slashes = replaceAll(take(text), "\\", "\\\\")
    return `"${replaceAll(slashes, '"', '\\"')}"`
}

function bufferText(buffer: Buffer): string {
    const { length } = buffer
    // the VM fills a slice up with zeros to the end that is asked for
    const hex = buffer.slice(0, Math.min(length, MAX_BUFFER)).toString("hex")
    return `[Buffer[${length}] ${hex}${length > MAX_BUFFER ? LEFT_OUT : ""}]`
}

/** Cuts a text to the room that is left, and uses that up. */
function take(text: string): string {
    const short = cut(text, Math.max(room, VALUE_BYTES))
    room -= short.byteLength
    return short
}
