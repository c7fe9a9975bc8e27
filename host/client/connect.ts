import { type BusFile, programDevice } from "../bus/index.ts"
import { UsageError } from "../errors.ts"
import { Board } from "./board.ts"
import { NoBoardError } from "./errors.ts"
import { findSimulator } from "./find.ts"
import { type BusPacket, Link } from "./link.ts"
import { SERVICE_CLASS } from "./protocol.ts"
import { serialWire } from "./serial-wire.ts"
import { tcpWire } from "./wire.ts"

/** How long more boards are waited for, in ms: each announces its services every 500 ms. */
const MORE_MS = 700
/** Longest wait for the first one, in ms: it may be starting. */
const FIRST_MS = 5000
const MAX_PORT = 65_535

/** Where boards are looked for; the running simulator by default. */
export interface ConnectOptions {
    /** State folder of a simulator. */
    state?: string | undefined
    /** `HOST:PORT` of a bus proxy. */
    bus?: string | undefined
    /** Serial port of a board. */
    serial?: string | undefined
    /** Device id (or its beginning, or hostname) of the one board that is meant. */
    device?: string | undefined
}

/** The boards on one bus. */
export class Connection {
    readonly boards: Board[]
    /** The simulator that was found, if it is one. */
    readonly simulator: BusFile | undefined
    private readonly link: Link

    constructor(link: Link, devices: string[], simulator?: BusFile) {
        this.link = link
        this.simulator = simulator
        this.boards = devices.map(device => new Board(link, device))
    }

    async close(): Promise<void> {
        for (const board of this.boards) board.close()
        await this.link.close()
    }
}

/**
 * Joins a bus and finds the boards on it.
 * @throws NoBoardError when there is no bus, or no board on it
 */
export async function connectAll(
    options: ConnectOptions = {}
): Promise<Connection> {
    const name = wantedName(options)
    const { link, simulator } = await join(options)
    const devices = simulator?.boards ?? (await announced(link))
    return choose(new Connection(link, devices, simulator), name)
}

/** A bus whose boards are reported as they are seen. */
export interface BusWatch {
    /** The simulator of the bus, as it is now, if it is one. */
    simulator(): BusFile | undefined
    /** Ends the connection, and the clients of its boards. */
    close(): Promise<void>
}

/**
 * Joins a bus and reports each board on it, once, as soon as it announces itself.
 * @throws NoBoardError when there is no bus
 */
export async function watchBus(
    options: ConnectOptions,
    found: (board: Board) => void
): Promise<BusWatch> {
    const name = wantedName(options)
    const { link, simulator } = await join(options)
    const boards = new Map<string, Board>()
    const add = (device: string) => {
        if (boards.has(device)) return
        const board = new Board(link, device)
        boards.set(device, board)
        if (name === undefined || hasId(board, name)) return found(board)
        board.info().then(
            ({ hostname }) =>
                hostname === name ? found(board) : board.close(),
            () => {
                board.close()
                // it announces itself again when it answers
                boards.delete(device)
            }
        )
    }
    for (const device of simulator?.boards ?? []) add(device)
    link.on("packet", packet => {
        if (announcesService(packet))
            add(programDevice(packet.deviceIdentifier))
    })
    return {
        simulator: () => simulator && currentSimulator(options.state),
        close: async () => {
            for (const board of boards.values()) board.close()
            await link.close()
        },
    }
}

function currentSimulator(state: string | undefined): BusFile | undefined {
    try {
        return findSimulator(state)
    } catch {
        // it is gone, or one of several
        return undefined
    }
}

/** Joins the bus that is meant. @throws NoBoardError; UsageError for an address that is none */
async function join({
    state,
    bus,
    serial,
}: ConnectOptions): Promise<{ link: Link; simulator?: BusFile }> {
    if (bus !== undefined) {
        const address = parseAddress(bus)
        return { link: await Link.join(tcpWire(async () => address)) }
    }
    if (serial !== undefined)
        return { link: await Link.join(serialWire(serial)) }
    const simulator = findSimulator(state)
    const link = await Link.join(
        tcpWire(async () => ({
            host: "127.0.0.1",
            port: findSimulator(state).port,
        }))
    )
    return { link, simulator }
}

/**
 * Connects to one board.
 *
 *     const board = await connect()
 *     for (const { name, state } of await board.tasks()) console.log(name, state)
 *     await board.disconnect()
 *
 * @throws NoBoardError when there is none, or several and `device` names none of them
 */
export async function connect(
    options: ConnectOptions = {}
): Promise<Board & { disconnect(): Promise<void> }> {
    const connection = await connectAll(options)
    const { boards } = connection
    if (boards.length > 1) {
        await connection.close()
        throw new NoBoardError(
            `several boards: choose by --device ${idsOf(boards)}`
        )
    }
    return Object.assign(boards[0]!, {
        disconnect: () => connection.close(),
    })
}

/**
 * Keeps the one board that is named, if any.
 * @throws NoBoardError when none has that name, or several: a command must not go to one by chance
 */
async function choose(
    connection: Connection,
    name: string | undefined
): Promise<Connection> {
    const { boards } = connection
    const fail = async (problem: string) => {
        await connection.close()
        throw new NoBoardError(problem)
    }
    if (!boards.length) await fail("there is no board with fiberd on this bus")
    if (name === undefined) return connection
    let chosen = boards.filter(board => hasId(board, name))
    if (!chosen.length) {
        const isMeant = await Promise.all(
            boards.map(board => isHost(board, name))
        )
        chosen = boards.filter((_, at) => isMeant[at])
    }
    if (chosen.length > 1)
        await fail(
            `several boards are "${name}": choose by --device ${idsOf(chosen)}`
        )
    if (!chosen.length)
        await fail(`no device "${name}"; there are: ${idsOf(boards)}`)
    for (const board of boards) if (board !== chosen[0]) board.close()
    boards.splice(0, boards.length, ...chosen)
    return connection
}

/** The board that is meant, if one is. @throws UsageError for a name that every board would have */
function wantedName({ device }: ConnectOptions): string | undefined {
    if (device === "")
        throw new UsageError(
            "--device: wanted a device id, its first digits, or a hostname"
        )
    return device
}

function hasId(board: Board, name: string): boolean {
    return board.device.startsWith(name.toLowerCase())
}

/** Whether a board has this hostname; one that does not answer has none. */
async function isHost(board: Board, name: string): Promise<boolean> {
    const info = await board.info().catch(() => undefined)
    return info?.hostname === name
}

function idsOf(boards: Board[]): string {
    return boards.map(board => board.device).join(", ")
}

/** Device ids of the boards that announce the service. */
function announced(link: Link): Promise<string[]> {
    const devices = new Set<string>()
    return new Promise(resolve => {
        const settle = () => {
            link.off("packet", see)
            resolve([...devices].sort())
        }
        let timer = setTimeout(settle, FIRST_MS)
        const see = (packet: BusPacket) => {
            if (!announcesService(packet)) return
            const device = programDevice(packet.deviceIdentifier)
            if (devices.has(device)) return
            devices.add(device)
            clearTimeout(timer)
            timer = setTimeout(settle, MORE_MS)
        }
        link.on("packet", see)
    })
}

/** Whether a packet is the report of a control service that lists ours. */
function announcesService(packet: BusPacket): boolean {
    const { serviceIndex, serviceCommand, isCommand, data } = packet
    if (serviceIndex !== 0 || serviceCommand !== 0 || isCommand) return false
    const classes = Buffer.from(data)
    for (let at = 4; at + 4 <= classes.length; at += 4)
        if (classes.readUInt32LE(at) === SERVICE_CLASS) return true
    return false
}

/** Splits `HOST:PORT`, or `[IPv6]:PORT`. @throws UsageError */
function parseAddress(text: string): { host: string; port: number } {
    const match = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text)
    const port = Number(match?.[3])
    if (!match || port < 1 || port > MAX_PORT)
        throw new UsageError(`bus "${text}": HOST:PORT is wanted`)
    return { host: match[1] ?? match[2]!, port }
}
