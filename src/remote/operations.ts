// The operations of services/fiberd.md: the only file that knows both the service and the parts of
// the firmware. All arguments are unchecked texts from the bus.
import * as ds from "@devicescript/core"
import { deviceId, giveWay } from "../platform"
import type { TaskRegistry, TaskStatus } from "../tasks"
import { remoteError, sendItem } from "./answer"
import type { RemoteConfig, RemoteSettings } from "./parts"
import type { Call } from "./state"
import { watch } from "./watch"

/** Most lines of the ring that are in the heap at a time. */
const LINES_AT_ONCE = 4
/** Longest time that events are sent for one request, in s. */
const MAX_WATCH_S = 60
/** Most requests that may wait for tasks at a time; one more is refused. */
const MAX_WAITING = 4
/** Most requests of one change of settings: more text than a settings file has. */
const MAX_SET_PARTS = 16
/** Time from a request for a reboot to the restart, for the answer to be sent, in ms. */
const BEFORE_RESTART_MS = 100

/** Carries out a request; what it throws becomes the answer's error. */
export async function carryOut(call: Call): Promise<void> {
    const { server } = call
    const { tasks, log, clock, reboot } = server
    switch (call.operation) {
        case ds.FiberdOperation.Info:
            return await info(call)
        case ds.FiberdOperation.Tasks:
        case ds.FiberdOperation.Stats:
        case ds.FiberdOperation.Options:
            return await ofTasks(call)
        case ds.FiberdOperation.Lines:
            return await lines(call)
        case ds.FiberdOperation.Files:
            return await files(call)
        case ds.FiberdOperation.File:
            return await fileLines(call)
        case ds.FiberdOperation.Levels:
            return await sendItem(call, { spec: log.spec() })
        case ds.FiberdOperation.Handlers:
            for (const handler of log.handlers()) await sendItem(call, handler)
            return
        case ds.FiberdOperation.Settings:
            return await settings(call)
        case ds.FiberdOperation.Config:
            return await sendItem(call, configOf(call).state())
        case ds.FiberdOperation.Watch:
            return watch(server, Math.min(integer(call, 0), MAX_WATCH_S))
        case ds.FiberdOperation.Slots:
            return await slots(call)
        case ds.FiberdOperation.Start:
            for (const pattern of given(call)) tasks.start(pattern)
            return
        case ds.FiberdOperation.Stop:
        case ds.FiberdOperation.Restart:
        case ds.FiberdOperation.Enable:
        case ds.FiberdOperation.Disable:
        case ds.FiberdOperation.SafeMode:
            return await changeTasks(call)
        case ds.FiberdOperation.Level:
            return log.setSpec(given(call)[0])
        case ds.FiberdOperation.Set:
            return await changeSettings(call)
        case ds.FiberdOperation.Time:
            return clock.setWall(integer(call, 0), "host")
        case ds.FiberdOperation.Reboot:
            restartLater.start(tasks, reboot)
            return
        case ds.FiberdOperation.Offer:
            return await offer(call)
        default:
            throw remoteError(
                "UnknownOperationError",
                `no operation ${call.operation}`
            )
    }
}

/** What the board tells of itself. */
interface BoardInfo {
    log?: unknown
    file?: unknown
    figures?: unknown
    device?: string
    hostname?: string
    version?: string
    access?: ds.FiberdAccess
    /** Unix time, in ms. */
    wall?: number
    /** Numbers of the first line of the ring, and of the one after the last. */
    first?: number
    next?: number
}

async function info(call: Call): Promise<void> {
    const { clock, tasks, ring, file, hostname, version, figures } = call.server
    const all: BoardInfo = Object.assign(tasks.deviceStats(), tasks.summary())
    // handlers have an operation of their own
    all.log = undefined
    all.device = deviceId()
    all.hostname = typeof hostname === "function" ? hostname() : hostname
    all.version = version
    all.access = call.server.access
    all.wall = clock.wall()
    if (file) all.file = file.stats()
    if (figures) all.figures = figures()
    if (ring) {
        all.first = ring.first()
        all.next = ring.next()
    }
    await sendItem(call, all)
}

/** Sends an item for each task that the patterns match. */
async function ofTasks(call: Call): Promise<void> {
    const { tasks } = call.server
    for (const name of namesOf(call)) {
        let item: unknown
        try {
            if (call.operation === ds.FiberdOperation.Tasks)
                item = plainStatus(tasks.status(name)[0])
            else if (call.operation === ds.FiberdOperation.Stats)
                item = tasks.stats(name)[0]
            else {
                const { options } = tasks.get(name)
                item = { name, options: plainOptions(options) }
            }
        } catch (e: any) {
            // the task has gone while others were sent
            continue
        }
        await sendItem(call, item)
    }
}

/** A status with its error as JSON can write it: the stack in hexadecimal. */
function plainStatus(one: TaskStatus): TaskStatus {
    const { error } = one
    if (error) {
        const { name, message, stack } = error
        const hex: any = stack && stack.toString("hex")
        one.error = { name, message, stack: hex }
    }
    return one
}

/** Options with `...` in place of arguments and functions, which JSON may not be able to write. */
function plainOptions(all: Record<string, any>): Record<string, unknown> {
    const plain: Record<string, unknown> = {}
    for (const key of Object.keys(all)) {
        const isText = key !== "args" && typeof all[key] !== "function"
        plain[key] = isText ? all[key] : "..."
    }
    return plain
}

async function lines(call: Call): Promise<void> {
    const { ring, clock } = call.server
    wanted(ring, "ring")
    let from = integer(call, 0)
    // without the lines that come meanwhile, or a busy board would never end
    const next = ring.next()
    const count = call.args.length > 1 ? integer(call, 1) : next
    if (from < 0) from = Math.max(0, next + from)
    await sendItem(call, [ring.first(), next, clock.millis()])
    const end = Math.min(next, from + count)
    while (from < end) {
        const most = Math.min(LINES_AT_ONCE, end - from)
        const part = ring.since(from, most)
        from = part.from
        for (const line of part.lines) await sendItem(call, from++, line)
        if (!part.lines.length) return
    }
}

async function files(call: Call): Promise<void> {
    const file = wanted(call.server.file, "flash log")
    for (const one of await file.files.list()) {
        const { name, size, first, last } = one
        await sendItem(call, {
            name,
            size,
            first: first && first.cursor,
            last: last && last.cursor,
        })
    }
}

async function fileLines(call: Call): Promise<void> {
    const file = wanted(call.server.file, "flash log")
    const after = call.args.length > 1 ? integer(call, 1) : -1
    await file.files.read(given(call)[0], async line => {
        const { cursor, level, time, wall, text } = line
        if (cursor > after)
            await sendItem(call, [cursor, level, time, wall], text)
    })
}

/** Sends the sizes of flash slots, rounded up to 8 bytes so that they tell little of a secret. */
async function slots(call: Call): Promise<void> {
    const flash = wanted(call.server.flash, "flash")
    for (const key of given(call)) {
        const value = await flash.read(key)
        await sendItem(call, value ? (value.length + 7) & ~7 : 0)
    }
}

/** Operations that wait for tasks. @throws BusyError when MAX_WAITING wait already */
async function changeTasks(call: Call): Promise<void> {
    const { server, operation } = call
    const { tasks } = server
    if (server.waiting >= MAX_WAITING)
        throw remoteError("BusyError", `${MAX_WAITING} requests wait already`)
    server.waiting++
    try {
        if (operation === ds.FiberdOperation.SafeMode) {
            if (integer(call, 0) !== 0) await tasks.enterSafeMode()
            else await tasks.leaveSafeMode()
        } else
            for (const pattern of given(call))
                if (operation === ds.FiberdOperation.Stop)
                    await tasks.stop(pattern)
                else if (operation === ds.FiberdOperation.Restart)
                    await tasks.restart(pattern)
                else if (operation === ds.FiberdOperation.Enable)
                    await tasks.enable(pattern)
                else await tasks.disable(pattern)
    } finally {
        server.waiting--
    }
}

/**
 * Changes settings, all or none. A change that is too long for one request comes in several: the
 * first argument of each is `=COUNT.ID`. All but the last fail with PartError, as does a last one
 * whose first ones were dropped for those of another client.
 */
async function changeSettings(call: Call): Promise<void> {
    const { server } = call
    const args = given(call)
    const mark = args[0]
    let parts = [args]
    if (mark[0] === "=") {
        const { args: before } = server
        if (before && before[0][0] === mark) {
            parts = before
            parts.push(args)
        }
        server.args = parts
        if (parts.length < Math.min(parseInt(mark.slice(1)), MAX_SET_PARTS))
            throw remoteError("PartError", "a part is missing, try again")
        server.args = undefined
    }
    const texts: Record<string, string | undefined> = {}
    while (parts.length) {
        const part = parts.shift() as string[]
        // none of them takes heap longer than needed
        while (part.length) {
            const arg = part.shift() as string
            const end = arg.indexOf("=")
            if (end < 0) texts[arg] = undefined
            else if (end > 0) texts[arg.slice(0, end)] = arg.slice(end + 1)
        }
    }
    await settingsOf(call).change(texts)
}

/** Sends the settings, one at a time: all of a large schema would not fit into the heap. */
async function settings(call: Call): Promise<void> {
    const all = settingsOf(call)
    for (const key of all.keys()) {
        await sendItem(call, all.info(key))
        await giveWay()
    }
}

function settingsOf({ server }: Call): RemoteSettings {
    return wanted(server.settings, "settings")
}

/** Restarts the board after BEFORE_RESTART_MS. */
async function restartLater(
    tasks: TaskRegistry,
    reboot: (() => void) | undefined
): Promise<void> {
    await ds.sleep(BEFORE_RESTART_MS)
    if (reboot) reboot()
    else tasks.shutDown(ds.restart)
}

/** Takes a part of a configuration file: offset, size of the file, bytes in hexadecimal, sender. */
async function offer(call: Call): Promise<void> {
    const { args } = call
    const part = Buffer.from(args[2] || "", "hex")
    await configOf(call).offer(
        integer(call, 0),
        integer(call, 1),
        part,
        args[3] || ""
    )
}

function configOf({ server }: Call): RemoteConfig {
    return wanted(server.config, "updates over the air")
}

/** A part of the program. @throws UnsupportedError when the program does not have it */
function wanted<T>(part: T | undefined, name: string): T {
    if (part === undefined)
        throw remoteError("UnsupportedError", `this firmware has no ${name}`)
    return part
}

/** The arguments, one at least. @throws ArgumentError when there is none */
function given({ args }: Call): string[] {
    if (!args.length) throw remoteError("ArgumentError", "no argument is given")
    return args
}

/** An argument as a number. @throws ArgumentError when it is missing or no integer */
function integer({ args }: Call, index: number): number {
    const value = +args[index]
    if (Math.floor(value) !== value)
        throw remoteError(
            "ArgumentError",
            `argument ${index + 1}: an integer is wanted, got "${args[index]}"`
        )
    return value
}

/**
 * Names of the tasks that match any of the patterns, each once; of all tasks without a pattern.
 * @throws UnknownTaskError for a pattern that no task matches
 */
function namesOf({ server, args }: Call): string[] {
    const names: string[] = []
    if (!args.length) args.push("*")
    for (const pattern of args)
        for (const name of server.tasks.names(pattern))
            if (names.indexOf(name) < 0) names.push(name)
    return names
}
