// The console of many simulated boards.
import assert from "node:assert/strict"
import type { TestContext } from "node:test"
import { Cli, cleanUp, tempFolder } from "../system/harness.ts"
import { openPage, startBrowser } from "./browser.ts"
import { blockingOf } from "./load.ts"

const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\//
/** Boards to open one after the other, and how long all boards may take to answer, in ms. */
const LOOKED_AT = [1, 7, 20]
const ANSWER_MS = 60_000

/** Runs `fiberctl sim --count N --web`, and works some of its boards. */
export async function runFleet(t: TestContext, count: number): Promise<void> {
    const cli = new Cli([
        ...["sim", "--main", "test/system/programs/greenhouse.ts"],
        ...["--count", String(count), "--web", "0"],
        ...["--state", tempFolder(t)],
    ])
    cleanUp(t, async () => {
        cli.signal("SIGTERM")
        assert.equal((await cli.done).code, 143)
    })
    await cli.waitForError(ADDRESS)
    const browser = await startBrowser(t)
    const page = await openPage(t, browser, ADDRESS.exec(cli.stderr)![0])
    const boards = page.getByRole("navigation", { name: "Boards" })
    await boards
        .getByRole("link")
        .nth(count - 1)
        .waitFor()
    assert.equal(await boards.getByRole("link").count(), count)
    const { cpuMs, wallMs } = await blockingOf(browser, async () => {
        // the valve of each has failed, and what needs it
        await boards
            .getByText("2 failed")
            .nth(count - 1)
            .waitFor({ timeout: ANSWER_MS })
        for (const number of LOOKED_AT.filter(number => number <= count)) {
            const name = `board-${number}`
            await boards.getByRole("link", { name }).first().click()
            await page.getByRole("heading", { name, exact: true }).waitFor()
            const valve = page.locator('tr[data-task="valve"]')
            await valve.getByText("the cable is loose").waitFor()
            const air = page.locator('tr[data-task="sensors.air"]')
            await air.getByRole("button", { name: "restart" }).click()
            await air
                .locator('[data-label="runs"]', { hasText: /^2$/ })
                .waitFor({ timeout: ANSWER_MS })
            await page
                .getByTestId("pattern")
                .getByText(/^(beat|info)$/)
                .waitFor()
            await page
                .locator(".lines .row", { hasText: "degrees" })
                .first()
                .waitFor()
        }
    })
    t.diagnostic(
        `${count} boards: the longest task took ${cpuMs.toFixed(0)} ms of processor time, ${wallMs.toFixed(0)} ms by the clock`
    )
    assert.ok(cpuMs <= 100, `blocked for ${cpuMs} ms`)
}
