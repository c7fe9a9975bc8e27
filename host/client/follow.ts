// The lines of a board's ring as they come, over restarts of its firmware and gaps of the connection.
import { TimedOutError } from "./errors.ts"
import type { BoardInfo, RingLine, RingPart } from "./types.ts"

/** How often a follower asks for lines without an event, in ms: an event may be lost. */
const LOOK_MS = 2000
/** Time by which answers of one run may come sooner or later than others, in ms. */
const JITTER_MS = 100

/**
 * A run of the firmware, by all that tells it from others: the board's clock runs on when the
 * program starts again without a reset, as after a panic.
 */
export interface Run {
    /** Unix time in ms of what the board counts its uptime from. */
    startedAt: number
    /** Number of the boot; undefined for a firmware that does not count them. */
    boot?: number | undefined
    /** The last line of the ring that was read. */
    line?: RingLine | undefined
}

/** Which lines are followed, and what is reported meanwhile. */
export interface FollowOptions {
    /** Index of the first line; 0 by default. */
    from?: number | undefined
    /** The run of the firmware that `from` is of; without it a restart before the first answer is only seen by fewer lines than `from`. */
    run?: Run | undefined
    /** Called when lines were overwritten before they could be read. */
    gap?: ((count: number) => void) | undefined
    /** Called when the firmware has started again, with its present run. */
    restarted?: ((run: Run) => void) | undefined
    /** Ends the loop when it is aborted. */
    signal?: AbortSignal | undefined
}

/** What tells the runs of a board apart. */
interface Runner {
    info(): Promise<Pick<BoardInfo, "uptime" | "boot" | "next">>
    lines(from: number, count?: number): Promise<RingPart>
}

/** What tells that there are new lines. */
interface NewsSource {
    on(event: "lines", listener: () => void): unknown
    off(event: "lines", listener: () => void): unknown
}

/** What is followed: a `Board`. */
interface Followed extends Runner, NewsSource {
    watch(): Promise<void>
}

/**
 * The lines of a ring from an index on, and then each new one: see `Board.follow`.
 * @param ended ends the loop without an error once it is aborted
 * @throws the reason of the signal of the options, once that is aborted
 */
export async function* followRing(
    board: Followed,
    ended: AbortSignal,
    options: FollowOptions
): AsyncGenerator<RingLine> {
    const { from = 0, gap, restarted, signal } = options
    const over = signal ? AbortSignal.any([ended, signal]) : ended
    let { run } = options
    let next = from
    // read again each time: another text at its index is of another run
    let last = run?.line?.index === from - 1 ? run.line : undefined
    await abortable(board.watch().catch(allowTimeout), signal)
    while (!ended.aborted) {
        signal?.throwIfAborted()
        const news = nextNews(board, over)
        let part: RingPart
        let isLast: boolean | undefined
        let present: Run
        try {
            part = await abortable(board.lines(last?.index ?? next), signal)
            const startedAt = Date.now() - part.uptime
            isLast = isSameLine(part.lines, last)
            const known = next === 0 || isLast ? run : undefined
            present = await abortable(runAt(board, startedAt, known), signal)
        } catch (error) {
            allowTimeout(error)
            continue
        }
        const isOther =
            part.next < next ||
            isLast === false ||
            (run !== undefined && !isSameRun(run, present))
        run = present
        if (isOther) {
            restarted?.(present)
            next = 0
            last = undefined
            continue
        }
        const lines = part.lines.filter(({ index }) => index >= next)
        const lost = (lines[0]?.index ?? part.next) - next
        if (next > 0 && lost > 0) gap?.(lost)
        for (const line of lines) {
            yield line
            signal?.throwIfAborted()
        }
        last = lines.at(-1) ?? last
        next = Math.max(next, (lines.at(-1)?.index ?? next - 1) + 1)
        if (part.next <= next) await news
    }
}

/** The present run of the firmware. */
export async function presentRun(board: Runner): Promise<Run> {
    const { uptime, boot, next } = await board.info()
    const startedAt = Date.now() - uptime
    const part = next ? await board.lines(-1) : undefined
    return { startedAt, boot, line: part?.lines[0] }
}

/** The present run, if the firmware has started again since another one. */
export async function runAfter(
    board: Runner,
    before: Run
): Promise<Run | undefined> {
    const present = await presentRun(board)
    const { line } = before
    if (!isSameRun(before, present)) return present
    if (before.boot !== undefined || !line) return undefined
    const { lines, next } = await board.lines(line.index, 1)
    const isBack = next <= line.index || isSameLine(lines, line) === false
    return isBack ? present : undefined
}

/**
 * The run of the firmware that seems to have begun at a time. An answer that comes late looks like a
 * later start: the board's number of the boot decides.
 */
async function runAt(
    board: Runner,
    startedAt: number,
    known: Run | undefined
): Promise<Run> {
    if (known && Math.abs(startedAt - known.startedAt) < JITTER_MS) return known
    const { boot } = await board.info()
    return { startedAt, boot }
}

/** Settles when there may be new lines, or the signal is aborted. */
function nextNews(board: NewsSource, over: AbortSignal): Promise<void> {
    return new Promise(resolve => {
        const settle = () => {
            clearTimeout(timer)
            board.off("lines", settle)
            over.removeEventListener("abort", settle)
            resolve()
        }
        const timer = setTimeout(settle, LOOK_MS)
        board.on("lines", settle)
        over.addEventListener("abort", settle)
    })
}

/** What a promise gives, unless the signal is aborted first. @throws the reason of the signal */
async function abortable<T>(
    wait: Promise<T>,
    signal: AbortSignal | undefined
): Promise<T> {
    if (!signal) return wait
    let abort = () => {}
    const aborted = new Promise<never>((_, reject) => {
        abort = () => reject(signal.reason as Error)
        signal.addEventListener("abort", abort)
        if (signal.aborted) abort()
    })
    try {
        return await Promise.race([aborted, wait])
    } finally {
        signal.removeEventListener("abort", abort)
    }
}

/** @throws what is not that a board did not answer */
function allowTimeout(error: unknown): void {
    if (!(error instanceof TimedOutError)) throw error
}

/**
 * Whether what was read first is the line that was at its index before; undefined when that one was
 * overwritten.
 */
function isSameLine(
    [found]: RingLine[],
    line: RingLine | undefined
): boolean | undefined {
    if (!line || found?.index !== line.index) return undefined
    return found.text === line.text
}

function isSameRun(a: Run, b: Run): boolean {
    if (a.boot !== undefined && b.boot !== undefined) return a.boot === b.boot
    return b.startedAt - a.startedAt <= LOOK_MS
}
