// The requests to one board, each sent until it is answered.
import { RemoteError, TimedOutError } from "./errors.ts"
import {
    decodeReport,
    encodeRequest,
    isChange,
    type Item,
    Kind,
    type OperationName,
    parseJson,
    type Report,
    splitItems,
} from "./protocol.ts"

/** Time without an answer after which a request is sent again, in ms; doubled each time. */
const FIRST_SILENCE_MS = 300
const LONGEST_SILENCE_MS = 2400
/**
 * Longest time that an operation may take, in ms: a change that the board has begun takes longer, as that of
 * fifty settings on a busy board, and one that waits for tasks longer still.
 */
const TIMEOUT_MS = 10_000
const KNOWN_TIMEOUT_MS = 30_000
const WAITING_TIMEOUT_MS = 60_000

/** Operations that wait for tasks. */
const WAITING: OperationName[] = [
    "Stop",
    "Restart",
    "Enable",
    "Disable",
    "SafeMode",
]

/** An operation that the caller waits for. */
interface Exchange {
    /** When the board was heard last. */
    heardAt: number
    /** Whether the board has said that it knows the request. */
    isKnown: boolean
    resolve: (items: Item[]) => void
    reject: (error: Error) => void
    /** Called when a report of the answer to the request `id` was lost. */
    lostReport: (id: number) => void
}

/** A request whose answer is not complete. */
interface Pending {
    exchange: Exchange
    items: Item[]
    /** The start of an item whose end has not arrived. */
    rest: Buffer
    nextIndex: number
}

let lastId = Math.floor(Math.random() * 0x1_0000_0000)

/** Carries out operations on one board, any number at once. */
export class Requests {
    private readonly sendPacket: (payload: Buffer) => void
    private readonly pending = new Map<number, Pending>()
    /** Whether the board has ever answered. */
    private hasAnswered = false
    private isClosed = false

    /** @param sendPacket sends the packet of a request to the board */
    constructor(sendPacket: (payload: Buffer) => void) {
        this.sendPacket = sendPacket
    }

    /**
     * Sends a request until it is answered, or given up. What only reads is asked for under a new id each time:
     * a board answers it each time, and reports of two answers under one id would be mixed. A change
     * keeps its id, by which the board knows that it was carried out.
     * @throws RemoteError, TimedOutError
     */
    carryOut(
        operation: OperationName,
        args: readonly string[]
    ): Promise<Item[]> {
        const from = performance.now()
        const ids: number[] = []
        let timer: NodeJS.Timeout | undefined
        return new Promise<Item[]>((resolve, reject) => {
            if (this.isClosed) return reject(closedError())
            let payload: Buffer
            const send = () => {
                if (!isChange(operation) || !ids.length) {
                    lastId = (lastId + 1) >>> 0
                    payload = encodeRequest(lastId, operation, args)
                    ids.push(lastId)
                    this.pending.set(lastId, {
                        exchange,
                        items: [],
                        rest: Buffer.alloc(0),
                        nextIndex: 0,
                    })
                }
                this.sendPacket(payload)
            }
            const exchange: Exchange = {
                heardAt: performance.now(),
                isKnown: false,
                resolve,
                reject,
                lostReport: id => {
                    if (isChange(operation)) return
                    this.pending.delete(id)
                    send()
                },
            }
            let silence = FIRST_SILENCE_MS
            timer = setInterval(() => {
                const now = performance.now()
                if (now - from > timeoutOf(operation, exchange))
                    reject(
                        new TimedOutError(
                            this.hasAnswered
                                ? `the board did not answer (${operation})`
                                : `the board did not answer (${operation}): is its program running, with the remote service?`
                        )
                    )
                else if (now - exchange.heardAt > silence) {
                    exchange.heardAt = now
                    silence = Math.min(silence * 2, LONGEST_SILENCE_MS)
                    if (!exchange.isKnown) send()
                }
            }, FIRST_SILENCE_MS / 3)
            send()
        }).finally(() => {
            clearInterval(timer)
            for (const id of ids) this.pending.delete(id)
        })
    }

    /** Takes a report of the board: an answer, part of one, or an error. */
    take(payload: Uint8Array): void {
        const report = decodeReport(payload)
        const pending = report && this.pending.get(report.id)
        if (!pending) return
        const { exchange, nextIndex } = pending
        const { id, index, kind, data } = report
        exchange.heardAt = performance.now()
        this.hasAnswered = true
        // sent twice on its way
        if (kind !== Kind.Error && index < nextIndex) return
        try {
            if (kind === Kind.Error) takeError(exchange, data)
            else if (index > nextIndex) exchange.lostReport(id)
            else takePart(pending, report)
        } catch {
            exchange.reject(
                new RemoteError("AnswerError", "the board's answer is damaged")
            )
        }
    }

    /** Gives up all operations, and those to come. */
    close(): void {
        this.isClosed = true
        for (const { exchange } of this.pending.values())
            exchange.reject(closedError())
    }
}

function timeoutOf(operation: OperationName, { isKnown }: Exchange): number {
    if (WAITING.includes(operation)) return WAITING_TIMEOUT_MS
    return isKnown ? KNOWN_TIMEOUT_MS : TIMEOUT_MS
}

function closedError(): TimedOutError {
    return new TimedOutError("the client was closed")
}

/** @throws SyntaxError for what is no JSON */
function takeError(exchange: Exchange, data: Buffer): void {
    const [name, message] = parseJson(data) as [string, string]
    // the board has it, from a packet that was sent twice
    if (name === "RepeatedError") exchange.isKnown = true
    else exchange.reject(new RemoteError(name, message))
}

/** @throws SyntaxError for an item that is no JSON */
function takePart(pending: Pending, { kind, data }: Report): void {
    pending.nextIndex++
    const { items, rest } = splitItems(Buffer.concat([pending.rest, data]))
    pending.items.push(...items)
    pending.rest = rest
    if (kind === Kind.End) pending.exchange.resolve(pending.items)
}
