// rows: A5
import assert from "node:assert/strict"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"
import test from "node:test"
import type { Page } from "playwright-core"
import { SimulatedBoard, startWeb } from "../../host/web/index.ts"
import type { Simulator } from "../../host/sim/index.ts"
import { cleanUp, startSimulator } from "../system/harness.ts"
import { noBrowser, openPage, startBrowser, untilShown } from "./browser.ts"

const main = "test/system/programs/remote.ts"

/** The console of a simulated board, as `fiberctl sim --web` has it. */
function startConsole(sim: Simulator, port = 0) {
    const simulated = new SimulatedBoard(sim, sim.collector)
    return startWeb(
        { bus: `127.0.0.1:${sim.busPort}` },
        { port },
        {
            find: device => (device === sim.deviceId ? simulated : undefined),
            debugFile: () => sim.debugFile,
        }
    )
}

const taskRow = (page: Page, name: string) =>
    page.locator(`tr[data-task="${name}"]`)
const view = (page: Page, name: string) =>
    page.locator("nav.views").getByRole("link", { name, exact: true })
const count = async (page: Page) =>
    Number.parseInt((await page.getByTestId("log-count").textContent())!)

/** Waits until the number of lines is as wanted. */
async function untilCount(
    page: Page,
    isWanted: (lines: number) => boolean
): Promise<void> {
    const until = Date.now() + 60_000
    for (;;) {
        const lines = await count(page)
        if (isWanted(lines)) return
        assert.ok(Date.now() < until, `${lines} lines, and no others`)
        await sleep(50)
    }
}

/** Waits until there are more lines. */
const untilMore = (page: Page, before: number) =>
    untilCount(page, lines => lines > before)

test("the console works a board", { skip: noBrowser }, async t => {
    const sim = await startSimulator(t, { main })
    let web = await startConsole(sim)
    cleanUp(t, () => web.close())
    const browser = await startBrowser(t)
    const page = await openPage(t, browser, web.url)

    await t.test("a failed task is seen, and restarted", async () => {
        const broken = taskRow(page, "broken")
        await broken.getByText("failed", { exact: true }).waitFor()
        await broken.getByText("Error: the cable is loose").waitFor()
        const runs = broken.locator('[data-label="runs"]')
        await untilShown(() => runs.textContent(), "1")
        await broken
            .getByRole("button", { name: "restart broken", exact: true })
            .click()
        await broken
            .locator('[data-label="runs"]', { hasText: /^2$/ })
            .waitFor()
        // stop and start change the state
        const sensor = taskRow(page, "sensor")
        await sensor
            .getByRole("button", { name: "stop sensor", exact: true })
            .click()
        await sensor.getByText("stopped", { exact: true }).waitFor()
        await sensor
            .getByRole("button", { name: "start sensor", exact: true })
            .click()
        await sensor.getByText("running", { exact: true }).waitFor()
        // no time of a last run beside the present one
        const outcome = sensor.locator('[data-label="last"]')
        assert.equal(await outcome.textContent(), "")
    })

    await t.test("a task is disabled, and enabled", async () => {
        const sensor = taskRow(page, "sensor")
        const button = (verb: string) =>
            sensor.getByRole("button", { name: `${verb} sensor`, exact: true })
        await button("disable").click()
        await sensor.getByText("disabled", { exact: true }).waitFor()
        // one that is disabled can only be enabled
        assert.ok(await button("start").isDisabled())
        assert.ok(await button("restart").isDisabled())
        await button("enable").click()
        await sensor.getByText("running", { exact: true }).waitFor()
        await button("disable").waitFor()
    })

    await t.test(
        "the focus stays, or goes to the field of a form",
        async () => {
            const focused = () =>
                page.evaluate("document.activeElement.ariaLabel || ''")
            const sensor = taskRow(page, "sensor")
            const press = async (name: string) => {
                const button = page.getByRole("button", { name, exact: true })
                await button.focus()
                await page.keyboard.press("Enter")
            }
            await press("stop sensor")
            await sensor.getByText("stopped", { exact: true }).waitFor()
            await untilShown(focused, "start sensor")
            await press("disable sensor")
            await sensor.getByText("disabled", { exact: true }).waitFor()
            await untilShown(focused, "enable sensor")
            await press("enable sensor")
            await sensor.getByText("running", { exact: true }).waitFor()
            await untilShown(focused, "disable sensor")

            const said = (text: string) =>
                page.getByRole("status").getByText(text).waitFor()
            await view(page, "Settings").click()
            const field = page.getByLabel("COLOUR", { exact: true })
            await field.fill("blue")
            await press("Set COLOUR")
            await said("COLOUR is changed")
            await untilShown(focused, "COLOUR")
            await press("Default of COLOUR")
            await said("COLOUR has its default")
            await untilShown(focused, "COLOUR")
            await view(page, "Log").click()
            const levels = page.getByLabel("The board logs")
            await levels.fill("info debug@net")
            await press("Set levels")
            await said("levels: info debug@net")
            const isField = () =>
                page.evaluate("document.activeElement.matches('.levels input')")
            await untilShown(isField, true)
            await view(page, "Tasks").click()
        }
    )

    await t.test("safe mode and a restart are asked for first", async () => {
        const button = (name: string) =>
            page.getByRole("button", { name, exact: true })
        const dialog = page.getByRole("dialog")
        const focused = () =>
            page.evaluate("document.activeElement.textContent")
        await button("Reboot").focus()
        await page.keyboard.press("Enter")
        await dialog.getByText(/^Restart test-board\?/).waitFor()
        // a key that repeats does nothing
        await untilShown(focused, "Cancel")
        await page.keyboard.press("Escape")
        await untilShown(() => dialog.count(), 0)
        await untilShown(focused, "Reboot")

        await button("Safe mode").focus()
        await page.keyboard.press("Enter")
        await dialog.getByText(/^Begin safe mode\?/).waitFor()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.getByTestId("board-state").getByText("safe mode").waitFor()
        await untilShown(focused, "Leave safe mode")
        // what brings the tasks back needs no question
        await page.keyboard.press("Enter")
        await page.getByTestId("board-state").getByText("degraded").waitFor()
        await page
            .locator(".facts", { hasText: "Boot" })
            .getByText("1 the first")
            .waitFor()
    })

    await t.test("the focus goes back from a notice", async () => {
        const clock = page.getByRole("button", { name: "Set clock" })
        const dismiss = page.getByRole("button", { name: "Dismiss" })
        await untilShown(() => dismiss.count(), 0)
        await clock.focus()
        await page.keyboard.press("Enter")
        await untilShown(() => dismiss.count(), 1)
        await page.keyboard.press("Enter")
        await untilShown(() => dismiss.count(), 2)
        const focused = () =>
            page.evaluate(
                "document.activeElement.ariaLabel || document.activeElement.textContent"
            )
        await dismiss.first().focus()
        await page.keyboard.press("Enter")
        await untilShown(() => dismiss.count(), 1)
        await untilShown(focused, "Dismiss")
        await page.keyboard.press("Enter")
        await untilShown(() => dismiss.count(), 0)
        await untilShown(focused, "Set clock")
    })

    await t.test("it follows the size of the browser's text", async () => {
        // a page that was loaded again shows nothing at first
        const measure = () =>
            page.evaluate<number[]>(`(() => {
                const found = ["main h1", ".row .message", ".row"]
                    .map(selector => document.querySelector(selector))
                if (found.includes(null)) return []
                return [
                    parseFloat(getComputedStyle(found[0]).fontSize),
                    parseFloat(getComputedStyle(found[1]).fontSize),
                    found[2].getBoundingClientRect().height,
                ]
            })()`)
        await page.locator(".row .message").first().waitFor()
        const before = await measure()
        const session = await page.context().newCDPSession(page)
        await session.send("Page.setFontSizes", {
            fontSizes: { standard: 24 },
        })
        await page.reload()
        await untilShown(
            measure,
            before.map(size => size * 1.5)
        )
        // the lines follow each other without a gap
        const gaps = () =>
            page.evaluate<number>(`(() => {
                const tops = [...document.querySelectorAll(".row")]
                    .map(row => row.getBoundingClientRect())
                    .sort((a, b) => a.top - b.top)
                return tops.filter((row, i) => i > 0 && Math.abs(row.top - tops[i - 1].bottom) > 1).length
            })()`)
        await untilShown(gaps, 0)
        await session.send("Page.setFontSizes", {
            fontSizes: { standard: 16 },
        })
        await page.reload()
        await untilShown(measure, before)
    })

    await t.test("a place in a source is opened by a click", async () => {
        const place = taskRow(page, "broken").locator("button.place").first()
        assert.match((await place.textContent())!, /remote\.ts:\d+$/)
        await place.click()
        const line = page.locator("dialog .at")
        await line.waitFor()
        assert.match((await line.textContent())!, /the cable is loose/)
        await page.keyboard.press("Escape")
        await line.waitFor({ state: "hidden" })
    })

    await t.test("the log is filtered", async () => {
        const rows = page.locator(".lines .row")
        await rows.getByText("measured 20 degrees").first().waitFor()
        await page
            .getByRole("search")
            .getByLabel("Level", { exact: true })
            .selectOption("error+")
        await rows.getByText("measured").first().waitFor({ state: "detached" })
        await rows.nth(1).waitFor() // the errors are left
        await page
            .getByRole("search")
            .getByLabel("Level", { exact: true })
            .selectOption("all")
        await page
            .getByRole("search")
            .getByLabel("Task", { exact: true })
            .selectOption("sensor")
        await rows.getByText("failed").first().waitFor({ state: "detached" })
        await page.getByRole("button", { name: "Clear", exact: true }).click()
        await page
            .getByRole("search")
            .getByLabel("Text", { exact: true })
            .fill("LOOSE")
        await rows.getByText("measured").first().waitFor({ state: "detached" })
        await rows.nth(1).waitFor()
        await page.getByRole("button", { name: "Clear", exact: true }).click()
    })

    await t.test(
        "the log stops and goes on, and errors are found",
        async () => {
            await page
                .getByRole("button", { name: "Pause", exact: true })
                .click()
            const paused = await count(page)
            await page.getByText(/paused: [1-9]\d* new/).waitFor()
            assert.equal(await count(page), paused)
            await page
                .getByRole("button", { name: "Resume", exact: true })
                .click()
            await untilMore(page, paused)
            await page
                .getByRole("button", { name: "Next error", exact: true })
                .click()
            await page
                .locator(".row.chosen", { hasText: "the cable is loose" })
                .waitFor()
            await page
                .locator(".detail")
                .getByText("remote.ts:")
                .first()
                .waitFor()
            const saving = page.waitForEvent("download")
            await page
                .getByRole("button", { name: "Save", exact: true })
                .click()
            const saved = readFileSync(await (await saving).path(), "utf8")
            const lines = saved
                .trimEnd()
                .split("\n")
                .map(line => JSON.parse(line))
            const failure = lines.find(({ level }) => level === "error")
            assert.equal(failure.task, "broken")
            assert.match(failure.message, /the cable is loose/)
        }
    )

    await t.test("a setting is edited, a secret never comes", async () => {
        const answers: string[] = []
        page.on("response", async response => {
            if (response.url().includes("/settings"))
                answers.push(await response.text())
        })
        await view(page, "Settings").click()
        const colour = page.locator('tr[data-setting="COLOUR"]')
        await colour.getByLabel("COLOUR", { exact: true }).fill("blue")
        await page
            .getByRole("button", { name: "Set COLOUR", exact: true })
            .click()
        await colour.getByText("file", { exact: true }).waitFor()
        const field = colour.getByLabel("COLOUR", { exact: true })
        await untilShown(() => field.inputValue(), "blue")
        await page
            .getByRole("button", { name: "Default of COLOUR", exact: true })
            .click()
        await colour.getByText("default", { exact: true }).waitFor()
        const secret = page.getByLabel("WIFI_PWD", { exact: true })
        assert.equal(await secret.inputValue(), "")
        assert.equal(await secret.getAttribute("placeholder"), "hidden")
        // an answer is read a moment after the page has it
        await untilShown(async () => answers.length >= 3, true)
        for (const text of answers) {
            assert.match(text, /"key":"WIFI_PWD","text":"\*\*\*"/)
            assert.doesNotMatch(text, /"text":"hidden"/)
        }
    })

    await t.test(
        "a clock that is wrong is said to be so, and set",
        async () => {
            const header = page.locator("header.board")
            await page.evaluate(`fetch("api/boards/${sim.deviceId}/time", {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ unixMs: Date.now() - 3_600_000 }),
        })`)
            const wrong = header.getByText("1 h behind this machine")
            await wrong.waitFor()
            await header.getByRole("button", { name: "Set clock" }).click()
            await wrong.waitFor({ state: "hidden" })
        }
    )

    await t.test("flash and accounts are shown", async () => {
        await view(page, "Flash").click()
        await page.locator(".flash-map .piece.log").first().waitFor()
        await view(page, "Syslog").click()
        await page.locator('tr[data-handler="ring"]').waitFor()
        await view(page, "Plots").click()
        await page.locator(".plot canvas").first().waitFor()
        await view(page, "Tasks").click()
    })

    await t.test("it survives a power cut of the board", async () => {
        await page
            .getByRole("button", { name: "Cut power", exact: true })
            .click()
        await page.getByTestId("board-state").getByText("off").waitFor()
        await page
            .getByRole("button", { name: "Switch on", exact: true })
            .click()
        await page.getByTestId("board-state").getByText("degraded").waitFor()
        await page
            .locator(".row.mark", { hasText: "the board started again" })
            .waitFor()
        await page.getByText("2 after a power loss", { exact: true }).waitFor()
        await taskRow(page, "sensor").getByText("running").waitFor()
    })

    /** Starts the console again; `between` happens while there is none. */
    const restart = async (between: (port: number) => Promise<void>) => {
        const port = Number(new URL(web.url).port)
        await web.close()
        await page.getByRole("alert").getByText("does not answer").waitFor()
        const old = await count(page)
        await between(port)
        web = await startConsole(sim, port)
        await page.getByRole("alert").waitFor({ state: "detached" })
        // its lines replace those of the console before
        await untilCount(page, lines => lines !== old)
        await untilMore(page, await count(page))
    }

    await t.test("it survives a restart of the server", async () => {
        await restart(async () => {})
        await taskRow(page, "broken")
            .getByRole("button", { name: "restart broken", exact: true })
            .click()
        await taskRow(page, "broken")
            .locator('[data-label="runs"]', { hasText: /^2$/ })
            .waitFor()
    })
    await t.test("it survives an answer that is an error", async () => {
        // as of a proxy whose server is away
        await restart(async port => {
            const proxy = createServer((_, response) =>
                response.writeHead(502).end()
            )
            const answered = page.waitForResponse(
                answer => answer.status() === 502
            )
            proxy.listen(port, "127.0.0.1")
            await answered
            proxy.closeAllConnections()
            proxy.close()
            await once(proxy, "close")
        })
    })
})
