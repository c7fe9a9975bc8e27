import {
    FlashSlots,
    MAX_VALUE_BYTES,
    MORE_TASKS_SLOT,
    TASKS_SLOT,
} from "../platform"
import { matches } from "../log"
import { taskError } from "./errors"
import { TaskOptions } from "./options"
import {
    DISABLED,
    find,
    pauseForChange,
    Supervisor,
    TaskRecord,
    wakeWatchers,
} from "./state"
import { checkKeptOptions } from "./validate"

// What is kept about tasks across resets: which are disabled, and options set while running (T12).
// Two flash slots of at most `MAX_VALUE_BYTES` bytes each, as JSON, with the tasks that differ
// from the program: `{"net":1,"poll":{"every":5000}}`, where 1 means `{"off":1}`. A task
// lies in one slot as a whole, so that a power cut between two writes harms no entry. What is
// kept about tasks that are not there (yet) stays until `forget`. Written only when a text
// changes, by one fiber at a time. Without a flash nothing outlives a reset.

/** What is kept about one task: changed options, and `off` when it is disabled. */
type Kept = Record<string, number | string>
type Table = Record<string, Kept | number>

const SLOTS = [TASKS_SLOT, MORE_TASKS_SLOT]
const OFF_ONLY = 1

/**
 * Reads the slots, unless that was done. A slot that does not parse is taken as empty.
 * @throws FlashError when the flash does not answer; then nothing is known, and nothing written
 */
export async function loadKept(supervisor: Supervisor): Promise<void> {
    const { flash } = supervisor
    if (supervisor.kept) return
    const texts = ["", ""]
    if (flash)
        for (let i = 0; i < texts.length; ++i)
            texts[i] = await readText(flash, SLOTS[i])
    // another fiber may have been faster
    if (supervisor.kept) return
    supervisor.kept = texts
    supervisor.written = texts.slice()
}

async function readText(flash: FlashSlots, slot: string): Promise<string> {
    const value = await flash.read(slot)
    return value ? value.toString() : ""
}

/** Puts into force what is kept about a task; `add` does so, and the boot. */
export function applyKept(task: TaskRecord): void {
    const { supervisor, name, ownOptions } = task
    const { kept } = supervisor
    if (!kept || !(kept[0] || kept[1] || ownOptions)) return
    const options = keptIn(kept.map(parse), name)
    if (options["off"] !== undefined) task.flags |= DISABLED
    delete options["off"]
    try {
        checkKeptOptions(name, options)
        if (ownOptions) task.options = ownOptions
        if (Object.keys(options).length === 0) return
        task.ownOptions = task.options
        task.options = Object.assign(
            Object.assign({}, task.options),
            options as TaskOptions
        )
    } catch (e: any) {
        supervisor.reports.exception("what was kept", e)
    }
}

/**
 * Notes changes of several tasks, all or none; `saveKept` writes them.
 * @param changes options, and `off` with 1 or false; undefined takes an option away
 * @throws TaskError when they do not fit into the slots
 */
export function noteKept(
    supervisor: Supervisor,
    tasks: TaskRecord[],
    changes: Record<string, any>
): void {
    const tables = supervisor.kept.map(parse)
    for (const task of tasks) {
        const { name } = task
        const kept = keptIn(tables, name)
        for (const option of Object.keys(changes)) {
            const value = changes[option]
            kept[option] = value
            if (value === undefined || value === false) delete kept[option]
        }
        put(tables, name, kept)
    }
    change(supervisor, tables)
}

/** Writes an entry into the table that it is in, or into the first that has room for it. */
function put(tables: Table[], name: string, kept: Kept): void {
    const size = Object.keys(kept).length
    const home = has(tables[1], name) ? 1 : 0
    delete tables[home][name]
    if (size === 0) return
    for (const at of [home, 1 - home]) {
        const table = tables[at]
        table[name] = size === 1 && kept["off"] === 1 ? OFF_ONLY : kept
        if (textOf(table).byteLength <= MAX_VALUE_BYTES) return
        delete table[name]
    }
    throw taskError(
        name,
        "what is to be kept about all tasks does not fit into flash"
    )
}

/** Names of the tasks that something is kept about and that are not there. */
export function absentNames(supervisor: Supervisor): string[] {
    const names: string[] = []
    for (const text of supervisor.kept)
        for (const name of Object.keys(parse(text)))
            if (!find(supervisor, name)) names.push(name)
    return names
}

/** Drops what is kept about tasks that are not there. @returns their names */
export function forgetAbsent(
    supervisor: Supervisor,
    pattern: string
): string[] {
    const names = absentNames(supervisor).filter(name => matches(pattern, name))
    const tables = supervisor.kept.map(parse)
    for (const name of names) put(tables, name, {})
    change(supervisor, tables)
    return names
}

function change(supervisor: Supervisor, tables: Table[]): void {
    supervisor.kept = tables.map(textOf)
    supervisor.keptVersion++
}

/**
 * Writes what has changed, and reads it back. Several callers at a time are served by one of
 * them; each returns when its own change is in flash.
 * @throws FlashError, TaskError when it could not be kept
 */
export async function saveKept(supervisor: Supervisor): Promise<void> {
    const wanted = supervisor.keptVersion
    while (supervisor.writtenVersion < wanted) {
        if (supervisor.isWriting) {
            await pauseForChange(supervisor)
            continue
        }
        supervisor.isWriting = true
        try {
            await writeSlots(supervisor)
        } finally {
            supervisor.isWriting = false
            wakeWatchers(supervisor)
        }
    }
}

async function writeSlots(supervisor: Supervisor): Promise<void> {
    const { flash, written, keptVersion, kept } = supervisor
    if (flash)
        for (let i = 0; i < kept.length; ++i) {
            const text = kept[i]
            if (text === written[i]) continue
            // the content of the slot is unknown until it was read back
            written[i] = undefined
            await flash.write(SLOTS[i], Buffer.from(text))
            if ((await readText(flash, SLOTS[i])) !== text)
                throw taskError("*", "the flash did not keep the states")
            written[i] = text
        }
    supervisor.writtenVersion = keptVersion
}

/** What is kept about a task: a copy, empty when nothing is. */
function keptIn(tables: Table[], name: string): Kept {
    for (const table of tables)
        if (has(table, name)) {
            const entry = table[name]
            return typeof entry === "object"
                ? Object.assign({}, entry)
                : { off: 1 }
        }
    return {}
}

/** Whether a table itself has a name; every object inherits some. */
function has(table: Table, name: string): boolean {
    return Object.keys(table).indexOf(name) >= 0
}

function textOf(table: Table): string {
    return Object.keys(table).length > 0 ? JSON.stringify(table) : ""
}

/** The table in a text; an empty one for a text that is none. */
function parse(text: string): Table {
    try {
        return Object.assign({}, JSON.parse(text))
    } catch (e: any) {
        // nothing was kept, or it was not written by us
        return {}
    }
}
