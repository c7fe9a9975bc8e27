import {
    FlashSlots,
    MAX_VALUE_BYTES,
    MORE_TASKS_SLOT,
    runExclusive,
    TASKS_SLOT,
} from "../platform"
import { matches } from "../log"
import { taskError } from "./errors"
import { TaskOptions } from "./options"
import {
    DISABLED,
    find,
    pauseForChange,
    raise,
    Supervisor,
    TaskRecord,
    wakeWatchers,
} from "./state"
import { checkKeptOptions } from "./validate"

// What is kept about tasks across resets: which are disabled, and options set at run time (T12).
// Two flash slots of at most `MAX_VALUE_BYTES` bytes each hold JSON with the tasks that differ from
// the program: `{"net":1,"poll":{"every":5000}}`, where 1 means `{"off":1}`. The entry of a task is
// always in one slot as a whole, so a power cut between two writes damages no entry. Entries of
// tasks that are not registered (yet) stay until `forget`. A slot is written only when its text
// changes, by one fiber at a time. Without a flash nothing survives a reset.

/** What is kept about one task: changed options, and `off` when it is disabled. */
type Kept = Record<string, number | string>
type Table = Record<string, Kept | number>

const SLOTS = [TASKS_SLOT, MORE_TASKS_SLOT]
const OFF_ONLY = 1
/** Most callers that may wait for their turn to write the slots. */
const MAX_WAITING_SAVES = 100

/**
 * Reads the slots, unless they have been read. A slot that does not parse counts as empty.
 * @throws FlashError when the flash does not answer; then `kept` stays undefined, so that nothing
 *     is overwritten
 */
export async function loadKept(supervisor: Supervisor): Promise<void> {
    const { flash } = supervisor
    if (supervisor.kept) return
    const texts = ["", ""]
    if (flash)
        for (let i = 0; i < texts.length; ++i)
            texts[i] = await readText(flash, SLOTS[i])
    // another fiber may have read them meanwhile
    if (supervisor.kept) return
    supervisor.kept = texts
}

async function readText(flash: FlashSlots, slot: string): Promise<string> {
    const value = await flash.read(slot)
    return value ? value.toString() : ""
}

/** Applies what is kept about a task: in `add`, at boot, and after a change. */
export function applyKept(task: TaskRecord): void {
    const { ownOptions } = task
    const { kept } = task.supervisor
    if (!kept || !(kept[0] || kept[1] || ownOptions)) return
    const options = keptIn(kept.map(parse), task.name)
    if (options["off"] !== undefined) raise(task, DISABLED)
    delete options["off"]
    try {
        checkKeptOptions(task.name, options, task.options.at)
        if (ownOptions) task.options = ownOptions
        if (Object.keys(options).length === 0) return
        task.ownOptions = task.options
        task.options = Object.assign(
            Object.assign({}, task.options),
            options as TaskOptions
        )
    } catch (e: any) {
        task.supervisor.reports.exception("what was kept", e)
    }
}

/**
 * Changes what is kept about several tasks, in RAM, for all or none; `saveKept` writes it.
 * @param changes options, and `off` with 1; undefined removes one
 * @throws TaskError when the result does not fit into the slots
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
            if (value === undefined) delete kept[option]
        }
        put(tables, name, kept)
    }
    change(supervisor, tables)
}

/** Puts an entry into the table that has it, or into the other one if it does not fit there. */
function put(tables: Table[], name: string, kept: Kept): void {
    const size = Object.keys(kept).length
    delete tables[0][name]
    delete tables[1][name]
    if (size === 0) return
    for (const table of tables) {
        table[name] = size === 1 && kept["off"] === 1 ? OFF_ONLY : kept
        if (textOf(table).byteLength <= MAX_VALUE_BYTES) return
        delete table[name]
    }
    throw taskError(
        name,
        "what is to be kept about all tasks does not fit into flash"
    )
}

/** Names that have an entry but no registered task. */
export function absentNames(supervisor: Supervisor): string[] {
    const names: string[] = []
    for (const text of supervisor.kept)
        for (const name of Object.keys(parse(text)))
            if (!find(supervisor, name)) names.push(name)
    return names
}

/** Removes the entries of tasks that are not registered. @returns their names */
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
}

/**
 * Writes the slots that have changed, and reads them back: one caller after the other, each with
 * the changes of all.
 * @throws FlashError when the flash does not answer, TaskError when it returns another text
 */
export async function saveKept(supervisor: Supervisor): Promise<void> {
    await runExclusive(
        supervisor.saving,
        "flash",
        async () => await writeSlots(supervisor),
        MAX_WAITING_SAVES
    )
}

async function writeSlots(supervisor: Supervisor): Promise<void> {
    const { flash, kept } = supervisor
    if (flash)
        for (let i = 0; i < kept.length; ++i) {
            let isWritten = false
            while ((await readText(flash, SLOTS[i])) !== kept[i]) {
                if (isWritten)
                    throw taskError("*", "the flash did not keep the states")
                await flash.write(SLOTS[i], Buffer.from(kept[i]))
                isWritten = true
            }
        }
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

/** Whether a table has an entry of this name; names that every object inherits do not count. */
function has(table: Table, name: string): boolean {
    return Object.keys(table).indexOf(name) >= 0
}

function textOf(table: Table): string {
    return Object.keys(table).length > 0 ? JSON.stringify(table) : ""
}

/** The table in a text; an empty one for a text that is no JSON. */
function parse(text: string): Table {
    try {
        return Object.assign({}, JSON.parse(text))
    } catch (e: any) {
        // nothing is kept, or another program wrote the slot
        return {}
    }
}
