// 1,000 lines a second in the page, and how long its main thread is blocked.
import assert from "node:assert/strict"
import { setTimeout as sleep } from "node:timers/promises"
import type { TestContext } from "node:test"
import type { Browser, Page } from "playwright-core"
import { serveBoards } from "../../host/web/index.ts"
import { cleanUp } from "../system/harness.ts"
import { openPage, startBrowser, untilShown } from "./browser.ts"
import { LoudBoard } from "./loud-board.ts"

const BOARDS = 20
/** The others have one name. */
const NAMED = 18
const LINES_A_SECOND = 1000
/** Lines that come before that load: more than are kept, as fast as they go. */
const FILLING = 12_001
const FILLING_A_SECOND = 5 * LINES_A_SECOND
const LONGEST_TASK_MS = 100

/** Has a board log many lines a second. */
async function makeLoad(
    board: LoudBoard,
    seconds: number,
    linesASecond = LINES_A_SECOND
): Promise<void> {
    const began = Date.now()
    let sent = 0
    for (let at = 0; at < seconds; at = (Date.now() - began) / 1000) {
        const due = Math.floor(at * linesASecond)
        board.log(due - sent)
        sent = due
        await sleep(20)
    }
}

/** For how long a page is blocked at most, in ms, to prove that the measurement sees it. */
const MOST_BLOCKED_MS = 30_000

/**
 * Blocks a page's main thread, longer each time: on a machine that others use, the page gets
 * only a part of the time.
 * @throws when the measurement does not see it
 */
async function checkMeasurement(browser: Browser, page: Page): Promise<void> {
    for (let ms = 400; ms < MOST_BLOCKED_MS; ms *= 2) {
        const busy = `for (const end = Date.now() + ${ms}; Date.now() < end; );`
        const seen = await blockingOf(browser, () => page.evaluate(busy))
        if (seen.cpuMs > LONGEST_TASK_MS) return
    }
    throw new Error(`a page blocked for ${MOST_BLOCKED_MS} ms was not seen`)
}

/** What the main thread of a page has done. */
export interface Blocking {
    /** The longest task, in ms of processor time: what the page itself costs. */
    cpuMs: number
    /** The longest task as the clock has it: other programs of the machine may hold it up. */
    wallMs: number
}

/** Measures the tasks of a page's main thread while `work` goes on. */
export async function blockingOf(
    browser: Browser,
    work: () => Promise<void>
): Promise<Blocking> {
    await browser.startTracing(undefined, {
        categories: ["toplevel", "disabled-by-default-devtools.timeline"],
    })
    await work()
    const trace = JSON.parse((await browser.stopTracing()).toString())
    return longestTask(trace.traceEvents)
}

interface TraceEvent {
    name: string
    ph: string
    pid: number
    tid: number
    args?: { name?: string }
    /** Durations in us, by the clock and by the processor. */
    dur?: number
    tdur?: number
}

/** The longest task of a renderer's main thread. */
function longestTask(events: TraceEvent[]): Blocking {
    const mains = new Set(
        events
            .filter(
                ({ name, args }) =>
                    name === "thread_name" && args?.name === "CrRendererMain"
            )
            .map(({ pid, tid }) => `${pid} ${tid}`)
    )
    const tasks = events.filter(
        ({ ph, name, pid, tid, tdur }) =>
            ph === "X" &&
            /RunTask$/.test(name) &&
            tdur !== undefined &&
            mains.has(`${pid} ${tid}`)
    )
    assert.ok(tasks.length > 0, "no task was seen")
    return {
        cpuMs: Math.max(...tasks.map(({ tdur }) => tdur! / 1000)),
        wallMs: Math.max(...tasks.map(({ dur }) => dur! / 1000)),
    }
}

/** 20 boards, one of which logs 1,000 lines a second for `seconds`: the page must not stutter. */
export async function runLoad(t: TestContext, seconds: number): Promise<void> {
    const boards = Array.from(
        { length: BOARDS },
        (_, i) => new LoudBoard(i + 1, i < NAMED ? `board-${i + 1}` : "attic")
    )
    const web = await serveBoards(boards, { port: 0 })
    cleanUp(t, async () => {
        for (const board of boards) board.close()
        await web.close()
    })
    const browser = await startBrowser(t)
    const page = await openPage(t, browser, web.url)
    const links = page
        .getByRole("navigation", { name: "Boards" })
        .getByRole("link")
    await links.nth(BOARDS - 1).waitFor()
    assert.equal(await links.count(), BOARDS)
    // boards of one name are told apart
    const names = links.locator(".name")
    await untilShown(
        async () => (await names.allTextContents()).slice(0, 3),
        ["attic 0013", "attic 0014", "board-1"]
    )

    await page.getByRole("link", { name: "board-7" }).click()
    await page.getByRole("heading", { name: "board-7" }).waitFor()
    await checkMeasurement(browser, page)
    const loud = boards[6]!
    while (loud.count < FILLING) await makeLoad(loud, 1, FILLING_A_SECOND)
    const filled = `line ${loud.count - 1} of ${loud.device}`
    await page.locator(".row", { hasText: filled }).waitFor()
    const before = loud.count
    const { cpuMs, wallMs } = await blockingOf(browser, () =>
        makeLoad(loud, seconds)
    )
    const rate = (loud.count - before) / seconds
    t.diagnostic(
        `${rate.toFixed(0)} lines/s for ${seconds} s: the longest task took ${cpuMs.toFixed(0)} ms of processor time, ${wallMs.toFixed(0)} ms by the clock`
    )
    assert.ok(rate > LINES_A_SECOND * 0.95, `${rate} lines/s`)
    assert.ok(cpuMs <= LONGEST_TASK_MS, `blocked for ${cpuMs} ms`)
    const last = `line ${loud.count - 1} of ${loud.device}`
    await page.locator(".row", { hasText: last }).waitFor()
    const rows = await page.locator(".lines .row").count()
    assert.ok(rows < 100, `${rows} rows are in the document`)
    const shown = await page.getByTestId("log-count").textContent()
    assert.ok(Number.parseInt(shown!) >= 10_000, shown!)
}
