import assert from "node:assert/strict"
import test from "node:test"
import type { Page } from "playwright-core"
import { SimulatedBoard, startWeb } from "../../host/web/index.ts"
import { cleanUp, startSimulator } from "../system/harness.ts"
import { noBrowser, openPage, startBrowser, untilShown } from "./browser.ts"

/** Notes what the page plays, and whether it can be heard. */
const LISTEN = `
    heard = []
    const Real = OscillatorNode
    OscillatorNode = class extends Real {
        start() {
            heard.push({ hz: this.frequency.value, state: this.context.state })
            super.start()
        }
    }
`
/** Whether the log shows its last line. */
const AT_END = `
    (({ scrollHeight, clientHeight, scrollTop }) =>
        scrollHeight - clientHeight - scrollTop < 45
    )(document.querySelector(".lines"))
`

/** Waits for an expression; the page's policy lets nothing else evaluate one again and again. */
async function untilTrue(page: Page, expression: string): Promise<void> {
    await page.evaluate(`new Promise((done, fail) => {
        const end = Date.now() + 30_000
        const look = () => {
            if (${expression}) done()
            else if (Date.now() > end) fail(new Error("it never was"))
            else requestAnimationFrame(look)
        }
        look()
    })`)
}

const view = (page: Page, name: string) =>
    page.locator("nav.views").getByRole("link", { name, exact: true })

test("sound, syslog and plots", { skip: noBrowser }, async t => {
    const sim = await startSimulator(t, {
        main: "test/system/programs/greenhouse.ts",
    })
    const simulated = new SimulatedBoard(sim, sim.collector)
    const web = await startWeb(
        { bus: `127.0.0.1:${sim.busPort}` },
        { port: 0 },
        { find: () => simulated, debugFile: () => sim.debugFile }
    )
    cleanUp(t, () => web.close())
    const page = await openPage(t, await startBrowser(t), web.url)
    const restart = page.getByRole("button", { name: "restart valve" })
    await restart.waitFor()

    await t.test("the buzzer is heard once it is asked for", async () => {
        await page.evaluate(LISTEN)
        await page.getByRole("button", { name: "Sound on" }).click()
        await restart.click()
        await untilTrue(page, "heard.length > 0")
        const [note] = (await page.evaluate("heard")) as {
            hz: number
            state: string
        }[]
        assert.ok(note!.hz > 100, `${note!.hz} Hz`)
        assert.equal(note!.state, "running")
        await page.getByText(/\d+ Hz, \d+ ms/).waitFor()
        await page.getByRole("button", { name: "Sound off" }).click()
    })

    await t.test("syslog: connection, window and losses", async () => {
        await view(page, "Syslog").click()
        const link = page.getByTestId("link-syslog")
        const line = (name: string, text: RegExp) =>
            link.locator(`dt:text-is("${name}") + dd`, { hasText: text })
        await line("Connection", /^connected to tcp:.*, 1 connection/).waitFor()
        // a line that was sent is in the window until its connection has held
        await line("Window", /^[1-9]\d* lines? sent and not ack/).waitFor()
        await page.getByRole("button", { name: "Collector down" }).click()
        await line("Connection", /^not connected to/).waitFor()
        await line(
            "Queue",
            /^[1-9]\d* lines? to be sent, [1-9]\d* bytes/
        ).waitFor()
        await line("Lost", /^\d+ lines dropped, 0 gaps declared/).waitFor()
        await page
            .getByRole("img", { name: "now syslog connected: 0" })
            .waitFor()
        await page.getByRole("button", { name: "Collector up" }).click()
        await line("Connection", /^connected .*, 2 connections/).waitFor()
        await line("Queue", /^0 lines to be sent/).waitFor()
    })

    await t.test("the server keeps what was before the page", async () => {
        await page.reload()
        await view(page, "Plots").click()
        for (const title of [
            "Log lines a second",
            "Lines queued",
            "Lines in the window",
            "Lateness of the loop",
            "Flash writes and erases",
            "degrees",
        ])
            await page.locator(".plot", { hasText: title }).waitFor()
        // the page has seen neither since it was loaded
        const history = await page.evaluate(HISTORY)
        assert.deepEqual(history, [0, 1])
    })

    await t.test("a program's own setting has its form, too", async () => {
        await view(page, "Settings").click()
        const own = page.getByLabel("VENT_AT", { exact: true })
        await own.waitFor()
        assert.equal(await own.getAttribute("min"), "10")
        assert.equal(await own.getAttribute("max"), "40")
        await page.getByText("degrees at which the vent opens").waitFor()
    })

    await t.test(
        "it fits every width, and the log stays at its end",
        async () => {
            const widths = [360, 400, 768, 900, 1024, 1280, 1440, 1600, 1920]
            for (const title of [
                "Tasks",
                "Log",
                "Syslog",
                "Plots",
                "Flash",
                "Settings",
                "Configuration",
            ]) {
                await view(page, title).click()
                await page
                    .getByText("Asking the board …")
                    .waitFor({ state: "detached" })
                for (const width of widths) {
                    await page.setViewportSize({ width, height: 900 })
                    // plots follow the width in the next frames
                    await untilShown(
                        async () => [
                            title,
                            width,
                            await page.evaluate(TOO_WIDE),
                        ],
                        [title, width, ""]
                    )
                }
            }
            const sizes = [
                { width: 400, height: 900 },
                { width: 1600, height: 1000 },
            ]
            for (const title of ["Tasks", "Log"]) {
                await view(page, title).click()
                for (const size of [...sizes, { width: 1600, height: 1300 }]) {
                    await page.setViewportSize(size)
                    await untilTrue(page, AT_END)
                }
            }
        }
    )
})

/** The parts of the page that are wider than their place. */
const TOO_WIDE = `[document.documentElement, ...document.querySelectorAll("section, .plot")]
    .filter(part => part.scrollWidth > part.clientWidth)
    .map(part => part.textContent.slice(0, 20))
    .join()`

/** The states of the connection in the figures that a new page gets. */
const HISTORY = `new Promise(resolve => {
    const source = new EventSource("api/events")
    source.addEventListener("history", ({ data }) => {
        source.close()
        const states = JSON.parse(data).values["syslog connected"]
        resolve([...new Set(states)].sort())
    })
})`
