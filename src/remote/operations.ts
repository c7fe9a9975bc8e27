// What the operations of services/fiberd.md do: the one place that knows both the service and the
// parts of the firmware. All arguments are texts from the bus, which nobody has checked.
import * as ds from "@devicescript/core"
import { deviceId } from "../platform"
import type { TaskStatus } from "../tasks"
import { FIRST_CHANGE, remoteError, sendItem, waitFor } from "./server"
import type { Call, Operation } from "./state"
import { watch } from "./watch"

/** Lines that are in the heap at a time. */
const LINES_AT_ONCE = 4
/** Longest time that events are sent for one request, in s. */
const MAX_WATCH_S = 60
/** Time between the answer to a request for a restart and the restart, in ms. */
const BEFORE_RESTART_MS = 100

/** The operation of a number, if there is one; the table takes no heap while nobody asks. */
export function findOperation(number: number): Operation | undefined {
    return number < FIRST_CHANGE
        ? readOperations()[number - ds.FiberdOperation.Info]
        : changeOperations()[number - FIRST_CHANGE]
}

/** The operations that change nothing, from `Info` on. */
function readOperations(): Operation[] {
    return [
        info,
        status,
        stats,
        lines,
        files,
        fileLines,
        levels,
        handlers,
        settings,
        config,
        watchFor,
        options,
    ]
}

/** The operations that change something, from `Start` on. */
function changeOperations(): Operation[] {
    return [
        start,
        changeTasks,
        changeTasks,
        changeTasks,
        changeTasks,
        setLevels,
        changeSettings,
        setTime,
        setSafeMode,
        reboot,
        offer,
    ]
}

async function info(call: Call): Promise<void> {
    const { clock, tasks, ring, file, hostname, version, figures } = call.parts
    const stats = tasks.deviceStats()
    const { flash } = stats
    const all: any = Object.assign(stats, tasks.summary())
    // the handlers have an operation of their own
    all.log = undefined
    all.device = deviceId()
    all.hostname = hostname
    all.version = version
    all.access = call.server.access
    all.wall = clock.wall()
    if (flash) all.flash = { writes: flash.writes, bytes: flash.bytes }
    if (file) all.file = file.stats()
    if (figures) all.figures = figures()
    if (ring) {
        all.first = ring.first()
        all.next = ring.next()
    }
    await sendItem(call, all)
}

async function status(call: Call): Promise<void> {
    const { tasks } = call.parts
    for (const name of namesOf(call))
        for (const one of tasks.status(name))
            await sendItem(call, plainStatus(one))
}

/** A status without what JSON cannot write, or a client gets by other ways. */
function plainStatus(one: TaskStatus): TaskStatus {
    const { error } = one
    one.lastLine = undefined
    if (error) {
        const { name, message, stack } = error
        const sent: any = { name, message }
        if (stack) sent.stack = stack.toString("hex")
        one.error = sent
    }
    return one
}

async function stats(call: Call): Promise<void> {
    const { tasks } = call.parts
    for (const name of namesOf(call))
        for (const one of tasks.stats(name)) await sendItem(call, one)
}

async function lines(call: Call): Promise<void> {
    const { ring, clock } = call.parts
    wanted(ring, "ring")
    let from = integer(call, 0)
    const count = call.args.length > 1 ? integer(call, 1) : ring.next()
    if (from < 0) from = Math.max(0, ring.next() + from)
    await sendItem(call, [ring.first(), ring.next(), clock.millis()])
    // lines that come meanwhile are for the next request, or a busy board would never end
    const end = Math.min(ring.next(), from + count)
    while (from < end) {
        const most = Math.min(LINES_AT_ONCE, end - from)
        const part = ring.since(from, most)
        from = part.from
        for (const line of part.lines) await sendItem(call, from++, line)
        if (!part.lines.length) return
    }
}

async function files(call: Call): Promise<void> {
    const file = wanted(call.parts.file, "flash log")
    for (const one of await file.files.list())
        await sendItem(call, {
            name: one.name,
            size: one.size,
            first: one.first && one.first.cursor,
            last: one.last && one.last.cursor,
        })
}

async function fileLines(call: Call): Promise<void> {
    const file = wanted(call.parts.file, "flash log")
    const after = call.args.length > 1 ? integer(call, 1) : -1
    await file.files.read(given(call)[0], async line => {
        const { cursor, level, time, wall, text } = line
        if (cursor > after)
            await sendItem(call, [cursor, level, time, wall], text)
    })
}

async function levels(call: Call): Promise<void> {
    const { log } = call.parts
    await sendItem(call, { spec: log.spec() })
}

async function handlers(call: Call): Promise<void> {
    for (const handler of call.parts.log.handlers())
        await sendItem(call, handler)
}

async function settings(call: Call): Promise<void> {
    for (const setting of wanted(call.parts.settings, "settings").list())
        await sendItem(call, setting)
}

async function config(call: Call): Promise<void> {
    await sendItem(call, wanted(call.parts.config, "configuration").state())
}

async function watchFor(call: Call): Promise<void> {
    watch(call.server, Math.min(integer(call, 0), MAX_WATCH_S))
}

async function options(call: Call): Promise<void> {
    const { tasks } = call.parts
    for (const name of namesOf(call)) {
        const { options } = tasks.get(name)
        await sendItem(call, { name, options: plainOptions(options) })
    }
}

/** Options without arguments and functions, which JSON may not be able to write. */
function plainOptions(all: Record<string, any>): Record<string, unknown> {
    const plain: Record<string, unknown> = {}
    for (const key of Object.keys(all)) {
        const isText = key !== "args" && typeof all[key] !== "function"
        plain[key] = isText ? all[key] : "..."
    }
    return plain
}

async function start(call: Call): Promise<void> {
    for (const pattern of given(call)) call.parts.tasks.start(pattern)
}

/** Stop, Restart, Enable and Disable, which wait for tasks. */
async function changeTasks(call: Call): Promise<void> {
    const { tasks } = call.parts
    const patterns = given(call)
    await waitFor(call, async () => {
        for (const pattern of patterns)
            if (call.operation === ds.FiberdOperation.Stop)
                await tasks.stop(pattern)
            else if (call.operation === ds.FiberdOperation.Restart)
                await tasks.restart(pattern)
            else if (call.operation === ds.FiberdOperation.Enable)
                await tasks.enable(pattern)
            else await tasks.disable(pattern)
    })
}

async function setLevels(call: Call): Promise<void> {
    call.parts.log.setSpec(given(call)[0])
}

async function changeSettings(call: Call): Promise<void> {
    const texts: Record<string, string | undefined> = {}
    for (const arg of given(call)) {
        const end = arg.indexOf("=")
        if (end < 0) texts[arg] = undefined
        else texts[arg.slice(0, end)] = arg.slice(end + 1)
    }
    await wanted(call.parts.settings, "settings").change(texts)
}

async function setTime(call: Call): Promise<void> {
    call.parts.clock.setWall(integer(call, 0), "host")
}

async function setSafeMode(call: Call): Promise<void> {
    const { tasks } = call.parts
    const on = integer(call, 0) !== 0
    await waitFor(call, on ? tasks.enterSafeMode : tasks.leaveSafeMode)
}

async function reboot(call: Call): Promise<void> {
    const { reboot: own, tasks } = call.parts
    later(async () => {
        if (own) own()
        else tasks.shutDown(() => ds.restart())
    })
}

/** Does what ends this program once the answer has been sent. */
function later(action: () => Promise<void>): void {
    setTimeout(action, BEFORE_RESTART_MS)
}

async function offer(call: Call): Promise<void> {
    const part = Buffer.from(call.args[2] || "", "hex")
    await wanted(call.parts.config, "configuration").offer(
        integer(call, 0),
        integer(call, 1),
        part
    )
}

/** What a program has, or not. @throws UnsupportedError */
function wanted<T>(part: T | undefined, name: string): T {
    if (part === undefined)
        throw remoteError("UnsupportedError", `this firmware has no ${name}`)
    return part
}

/** The arguments. @throws ArgumentError when there is none */
function given({ args }: Call): string[] {
    if (!args.length) throw remoteError("ArgumentError", "no argument is given")
    return args
}

/** @throws ArgumentError when there is no such argument, or it is no integer */
function integer({ args }: Call, index: number): number {
    const value = +args[index]
    if (Math.floor(value) !== value)
        throw remoteError(
            "ArgumentError",
            `argument ${index + 1}: an integer is wanted, got "${args[index]}"`
        )
    return value
}

/** Names of the tasks that match any of the patterns, each once. @throws UnknownTaskError */
function namesOf({ parts, args }: Call): string[] {
    const { tasks } = parts
    if (!args.length) return tasks.names()
    const names: string[] = []
    for (const pattern of args)
        for (const name of tasks.names(pattern))
            if (names.indexOf(name) < 0) names.push(name)
    return names
}
