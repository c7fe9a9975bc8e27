// rows: A5
import assert from "node:assert/strict"
import { EventEmitter, once } from "node:events"
import { createServer, request } from "node:http"
import test, { type TestContext } from "node:test"
import type { Page } from "playwright-core"
import { serveBoards } from "../../host/web/index.ts"
import { freePort } from "../peers/ports.ts"
import { cleanUp, serve } from "../system/harness.ts"
import { noBrowser, openPage, startBrowser, untilShown } from "./browser.ts"
import { LoudBoard } from "./loud-board.ts"

/** Connections that a browser keeps to one server, for all its pages. */
const CONNECTIONS = 6
/** As many tasks as a board may have, and the longest name of one. */
const TASKS = 64
const NAME = "abcdefghijklmnopqrstuv"

const lines = async (page: Page) =>
    Number.parseInt((await page.getByTestId("log-count").textContent())!)

/** A proxy that has a console below `/boards/`, and at `/other/` something else. */
async function startProxy(t: TestContext) {
    let target: string | undefined
    const seen: (string | undefined)[] = []
    const proxy = createServer((asked, answer) => {
        const { url = "", method, headers } = asked
        if (url.startsWith("/other/")) seen.push(headers.cookie)
        const [, path] = /^\/boards(\/.*)$/.exec(url) ?? []
        if (path === undefined) return void answer.writeHead(404).end("nothing")
        const passed = request(new URL(path, target), { method, headers })
        passed.on("response", response => {
            answer.writeHead(response.statusCode!, response.headers)
            response.pipe(answer)
        })
        passed.on("error", () => answer.destroy())
        answer.on("close", () => passed.destroy())
        asked.pipe(passed)
    })
    const port = await serve(t, proxy)
    return {
        place: new URL(`http://127.0.0.1:${port}/boards/`),
        /** The cookies that came to the other page. */
        seen,
        passTo: (url: string) => (target = url),
    }
}

/** Has a page in front, or behind another one. */
const setVisible = (page: Page, isVisible: boolean) =>
    page.evaluate(`
        Object.defineProperty(document, "visibilityState", {
            configurable: true,
            value: "${isVisible ? "visible" : "hidden"}",
        })
        document.dispatchEvent(new Event("visibilitychange"))
    `)

test("pages of one browser", { skip: noBrowser }, async t => {
    const board = new LoudBoard(1, "<b>roof</b>")
    const { tasks } = board
    let web = await serveBoards([board], { port: 0, host: "127.0.0.1" })
    cleanUp(t, async () => {
        board.close()
        await web.close()
    })
    const page = await openPage(t, await startBrowser(t), web.url)
    const name = page.getByRole("heading", { name: "<b>roof</b>" })
    await name.waitFor()

    await t.test("more than it has connections, follow a board", async () => {
        let before = await lines(page)
        for (let i = 0; i < CONNECTIONS; i++) {
            const other = await page.context().newPage()
            await other.goto(new URL("/", web.url).href)
            await other.getByRole("heading", { name: "roof" }).waitFor()
            board.log(1)
            await untilShown(() => lines(other), before + 1)
            before++
            await setVisible(other, false)
        }
        await untilShown(() => lines(page), before)
        await setVisible(page, false)
        const [, other] = page.context().pages()
        await setVisible(other!, true)
        // all lines that came meanwhile, each once
        await untilShown(() => lines(other!), before)
        board.log(3)
        await untilShown(() => lines(other!), before + 3)
        assert.equal(await lines(page), before)
        await setVisible(page, true)
        await untilShown(() => lines(page), before + 3)
    })

    await t.test("keep their place when a phone is turned", async () => {
        board.log(500)
        await page
            .locator(".row", { hasText: `line ${board.count - 1}` })
            .waitFor()
        const place = () =>
            page.evaluate<number>(`(() => {
                const { scrollTop, firstChild } = document.querySelector(".lines")
                return Math.round(scrollTop / (firstChild.offsetHeight / ${board.count}))
            })()`)
        // at once, or the next line takes the list to the end
        await page.evaluate(`(() => {
            const list = document.querySelector(".lines")
            list.scrollTop = 220 * 22
            list.dispatchEvent(new Event("scroll"))
        })()`)
        const seen = page.locator(".row", { hasText: "line 222" })
        await seen.waitFor()
        await page.setViewportSize({ width: 375, height: 812 })
        await untilShown(place, 220)
        await seen.waitFor()
        await page.setViewportSize({ width: 1600, height: 1000 })
        await untilShown(place, 220)
    })

    await t.test("have the chosen view in sight on a phone", async () => {
        const other = await page.context().newPage()
        await other.setViewportSize({ width: 360, height: 780 })
        const isSeen = () =>
            other.evaluate<boolean>(`(() => {
                const { left, right } = document
                    .querySelector("nav.views [aria-current]")
                    .getBoundingClientRect()
                return left >= 0 && right <= innerWidth
            })()`)
        for (const view of ["config", "tasks"]) {
            await other.goto(
                new URL(`/#/${board.device}/${view}`, web.url).href
            )
            await other.locator(`.view.${view}`).waitFor()
            await untilShown(isSeen, true)
        }
    })

    await t.test("begin with the tasks at an address of no view", async () => {
        const other = await page.context().newPage()
        for (const view of ["nothing", "constructor"]) {
            const { href } = new URL(`/#/${board.device}/${view}`, web.url)
            await other.goto(href)
            await other.locator(".view.tasks").waitFor()
        }
    })

    await t.test("wait for a board that is not there", async () => {
        const { href } = new URL("/#/00000000000000ff/log", web.url)
        const other = await page.context().newPage()
        await other.goto(href)
        await other.getByText("no board 00000000000000ff on the bus").waitFor()
    })

    await t.test(
        "draw what requires what, of as many tasks as fit",
        async () => {
            const names = Array.from({ length: TASKS }, (_, i) =>
                `${NAME}${i}`.padEnd(NAME.length + 2, "x")
            )
            const [task] = await tasks.call(board)
            board.tasks = async () => names.map(name => ({ ...task!, name }))
            board.options = async () =>
                names.map((name, i) => ({
                    name,
                    options: { requires: names.slice(Math.max(0, i - 1), i) },
                }))
            await page
                .getByRole("img", { name: `${names.at(-1)} requires` })
                .waitFor()
            const tooWide = await page.evaluate(
                "document.documentElement.scrollWidth - innerWidth"
            )
            assert.equal(tooWide, 0)
        }
    )

    await t.test("work at an address of a proxy", async () => {
        const proxy = await startProxy(t)
        const port = await freePort()
        const far = new LoudBoard(2)
        const stops = new EventEmitter()
        far.stop = async name => void stops.emit("stop", name)
        const behind = await serveBoards([far], { port, proxy: proxy.place })
        cleanUp(t, async () => {
            far.close()
            await behind.close()
        })
        proxy.passTo(`http://127.0.0.1:${port}/`)
        const other = await openPage(t, page.context().browser()!, behind.url)
        await other.getByRole("heading", { name: "board-2" }).waitFor()
        far.log(2)
        await untilShown(() => lines(other), 2)
        const stopped = once(stops, "stop")
        await other
            .getByRole("button", { name: "stop task1", exact: true })
            .click()
        assert.deepEqual(await stopped, ["task1"])
        // what else the proxy has does not get the token
        const elsewhere = await other.context().newPage()
        await elsewhere.goto(new URL("/other/", proxy.place).href)
        assert.deepEqual(proxy.seen, [undefined])
    })

    await t.test("say that the server has another token now", async () => {
        const port = Number(new URL(web.url).port)
        await web.close()
        web = await serveBoards([board], { port, host: "127.0.0.1" })
        await page
            .getByRole("alert")
            .getByText("refuses this page: open the address that")
            .waitFor()
        // in another tab, as the address is opened
        await (await page.context().newPage()).goto(web.url)
        await page.getByRole("alert").waitFor({ state: "detached" })
        await name.waitFor()
    })
})
