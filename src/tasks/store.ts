import { FlashSlots, MAX_VALUE_BYTES, SLOTS } from "../platform"
import { TaskError } from "./errors"
import { TaskOptions } from "./options"
import { DISABLED } from "./states"
import type { Task } from "./task"
import { decodeOptions, encodeOptions } from "./storecode"

/** First line of what is kept; another one means another layout, which is not ours to read. */
const LAYOUT = "tasks1"
/** Between the lines. */
const NEWLINE = "\n"

/**
 * What is kept about tasks across resets: which are disabled, and options set while running. One
 * flash slot of at most `MAX_VALUE_BYTES` bytes, as text: a line for each task that differs from
 * the program, `-` before a disabled one, then options as in `storecode.ts`. Lines of tasks that
 * are not there (yet) stay. Written only when the text changes.
 * @devsWhenUsed
 */
export class TaskStore {
    /** A line each: `[-]NAME[ OPTIONS]`. */
    private lines: string[] = []
    /** What the flash has. */
    private kept = ""

    /** @param flash undefined: nothing outlives a reset */
    constructor(private readonly flash: FlashSlots) {}

    /** Reads the slot. Without one, or with a foreign one, nothing is known. */
    async load(): Promise<void> {
        const value = this.flash && (await this.flash.read(SLOTS.tasks))
        if (!value) return
        const lines = value.toString().split(NEWLINE)
        if (lines.shift() !== LAYOUT) return
        this.kept = value.toString()
        this.lines = lines
    }

    /** Puts into force what is kept about a task. */
    applyTo(task: Task): void {
        const at = this.indexOf(task.name)
        if (at < 0) return
        const line = this.lines[at]
        if (line.charAt(0) === "-") task.flags |= DISABLED
        const space = line.indexOf(" ")
        if (space > 0) override(task, decodeOptions(line.slice(space + 1)))
    }

    /**
     * Notes the state of a task; `save` writes it.
     * @throws TaskError when it does not fit into the slot; nothing is changed then
     */
    note(task: Task, isDisabled: boolean, changed: TaskOptions): void {
        const options = encodeOptions(changed)
        const sign = isDisabled ? "-" : ""
        const line = sign + task.name + (options ? " " + options : "")
        const lines = this.lines.slice()
        const at = this.indexOf(task.name)
        if (at >= 0) lines.insert(at, -1)
        if (line !== task.name) lines.push(line)
        const { byteLength } = encode(lines)
        if (byteLength > MAX_VALUE_BYTES)
            throw new TaskError(
                task.name,
                `${byteLength} bytes to be kept about all tasks, at most ${MAX_VALUE_BYTES} fit`
            )
        this.lines = lines
    }

    /** Calls what notes several tasks; when it throws, none of them is noted. */
    allOrNothing(action: () => void): void {
        const { lines } = this
        try {
            action()
        } catch (e: any) {
            this.lines = lines
            throw e
        }
    }

    /** What is kept of the options of a task. */
    optionsOf(task: Task): TaskOptions {
        const at = this.indexOf(task.name)
        const space = at < 0 ? -1 : this.lines[at].indexOf(" ")
        return space < 0 ? {} : decodeOptions(this.lines[at].slice(space + 1))
    }

    /**
     * Writes the slot, if anything has changed, and reads it back.
     * @throws FlashError, TaskError when it could not be kept
     */
    async save(): Promise<void> {
        if (!this.flash) return
        const text = encode(this.lines)
        if (text === this.kept || (!this.kept && !this.lines.length)) return
        await this.flash.write(SLOTS.tasks, Buffer.from(text))
        const read = await this.flash.read(SLOTS.tasks)
        if (!read || read.toString() !== text)
            throw new TaskError("*", "the flash did not keep the states")
        this.kept = text
    }

    private indexOf(name: string): number {
        for (let i = 0; i < this.lines.length; ++i) {
            const line = this.lines[i]
            const start = line.charAt(0) === "-" ? 1 : 0
            const space = line.indexOf(" ")
            const end = space < 0 ? line.length : space
            if (line.slice(start, end) === name) return i
        }
        return -1
    }
}

function encode(lines: string[]): string {
    return LAYOUT + NEWLINE + lines.join(NEWLINE)
}

/** Puts options in force in place of those of `add`, which come back when there are none. */
export function override(task: Task, options: TaskOptions): void {
    if (!task.ownOptions) task.ownOptions = task.options
    const own = task.ownOptions
    task.options = Object.keys(options).length
        ? Object.assign(Object.assign({}, own), options)
        : own
}
