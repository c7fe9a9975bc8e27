// rows: A5
import assert from "node:assert/strict"
import test from "node:test"
import type { Page } from "playwright-core"
import { serveBoards } from "../../host/web/index.ts"
import { cleanUp } from "../system/harness.ts"
import { noBrowser, openPage, startBrowser, untilShown } from "./browser.ts"
import { LoudBoard } from "./loud-board.ts"

/** Connections that a browser keeps to one server, for all its pages. */
const CONNECTIONS = 6
/** As many tasks as a board may have, and the longest name of one. */
const TASKS = 64
const NAME = "abcdefghijklmnopqrstuv"

const lines = async (page: Page) =>
    Number.parseInt((await page.getByTestId("log-count").textContent())!)

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
