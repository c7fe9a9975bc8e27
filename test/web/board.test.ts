// rows: A5
import assert from "node:assert/strict"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import test, { type TestContext } from "node:test"
import type { Locator, Page } from "playwright-core"
import { MAX_FILE_BYTES, type OtaKey, signFile } from "../../host/ota/index.ts"
import { parseHmacKey } from "../../host/ota/keys.ts"
import { Cli, cleanUp, runCli, tempFolder } from "../system/harness.ts"
import {
    LOOKS,
    noBrowser,
    openPage,
    startBrowser,
    untilFlashed,
    untilShown,
} from "./browser.ts"

const KEY = "5a".repeat(32)
const key: OtaKey = { kind: "hmac", file: "key", key: parseHmacKey(KEY)! }
const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\//
/** The names of the heartbeat's patterns. */
const PATTERN = /^(beat|info|warning|error|critical)$/
/** Where screenshots go, if they are to be kept: `npm run screenshots`. */
const SCREENSHOTS = process.env.SCREENSHOTS

/** Runs `fiberctl sim --web` with a program. @returns the address of its console */
async function startSim(
    t: TestContext,
    main: string,
    ...options: string[]
): Promise<{ url: string; state: string }> {
    const state = tempFolder(t)
    const cli = new Cli([
        ...["sim", "--main", main, "--state", state, "--web", "0"],
        ...["--quiet", "--allow-panics", ...options],
    ])
    cleanUp(t, async () => {
        cli.signal("SIGTERM")
        await cli.done
    })
    await cli.waitForError(ADDRESS)
    return { url: ADDRESS.exec(cli.stderr)![0], state }
}

/** A setting of `configured.ts`. */
const LONGEST = "KEYPAD_BESIDE_THE_DOOR_TO_THE_GREENHOUSE"

const view = (page: Page, name: string) =>
    page.locator("nav.views").getByRole("link", { name, exact: true })

/** Waits until the LED has blinked, and its pattern is known. */
async function seeLight(page: Page): Promise<void> {
    for (const label of ["LED on", "LED off"])
        await untilFlashed(page, `[role="img"][aria-label="${label}"]`)
    await page.getByTestId("pattern").getByText(PATTERN).waitFor()
}

test("settings and updates", { skip: noBrowser }, async t => {
    const { url, state } = await startSim(
        t,
        "test/system/programs/configured.ts",
        ...["--set", `OTA_KEY=${KEY}`, "--set", "OTA_PROBATION=10s"]
    )
    const page = await openPage(t, await startBrowser(t), url)
    await view(page, "Settings").click()
    const row = (name: string) => page.locator(`tr[data-setting="${name}"]`)
    const set = (name: string) =>
        page.getByRole("button", { name: `Set ${name}`, exact: true }).click()

    await t.test("each kind is edited in its own way", async () => {
        await row("LOG_LEVEL").waitFor()
        const port = row("SYSLOG_PORT").getByLabel("SYSLOG_PORT", {
            exact: true,
        })
        assert.equal(await port.getAttribute("max"), "65535")
        await port.fill("70000")
        await set("SYSLOG_PORT")
        // the browser holds back what the schema does not allow
        await row("SYSLOG_PORT").locator("input:invalid").waitFor()
        await port.fill("0")
        const transports = row("SYSLOG_PROTO").locator("option")
        await untilShown(
            () => transports.allTextContents(),
            ["tcp", "tls", "relp"]
        )
        const secret = row("OTA_KEY").getByLabel("OTA_KEY", { exact: true })
        assert.equal(await secret.getAttribute("type"), "password")
        assert.equal(await secret.inputValue(), "")
        // no secret, whatever its name looks like: the schema says so
        const place = row(LONGEST).getByLabel(LONGEST, { exact: true })
        assert.equal(await place.inputValue(), "hall")
    })

    await t.test("the longest name fits a phone", async () => {
        await page.setViewportSize({ width: 360, height: 780 })
        const tooWide = () =>
            page.evaluate<number>(
                "document.documentElement.scrollWidth - innerWidth"
            )
        await untilShown(tooWide, 0)
        await page.setViewportSize({ width: 1600, height: 1000 })
    })

    await t.test("what the board refuses is shown", async () => {
        await row("LOG_LEVEL")
            .getByLabel("LOG_LEVEL", { exact: true })
            .fill("what")
        await set("LOG_LEVEL")
        await page
            .getByRole("status")
            .getByText(/^LOG_LEVEL: wanted levels by topic/)
            .waitFor()
        await row("LOG_LEVEL").getByText("default", { exact: true }).waitFor()
    })

    await t.test("a setting holds after a reset", async () => {
        await row("LOG_LEVEL")
            .getByLabel("LOG_LEVEL", { exact: true })
            .fill("debug")
        await set("LOG_LEVEL")
        await row("LOG_LEVEL")
            .getByText(/^file\b/)
            .waitFor()
        // what is typed stays, whatever happens to the board meanwhile
        const edited = row("SYSLOG_HOST").getByLabel("SYSLOG_HOST", {
            exact: true,
        })
        await edited.fill("192.0.2.7")
        // what is taken back does not
        const burst = row("LOG_BURST").getByLabel("LOG_BURST", { exact: true })
        await burst.fill("7")
        await burst.fill("100")
        await page.getByRole("button", { name: "Cut power" }).click()
        await page.getByTestId("board-state").getByText("off").waitFor()
        // a change waits for the board, which the page says
        await row("SAFE_SECONDS")
            .getByLabel("SAFE_SECONDS", { exact: true })
            .fill("29")
        await set("SAFE_SECONDS")
        await row("SAFE_SECONDS").getByText("waiting for the board").waitFor()
        await page.getByRole("button", { name: "Switch on" }).click()
        await page.getByTestId("board-state").getByText("running").waitFor()
        await row("SAFE_SECONDS")
            .getByText("waiting for the board")
            .waitFor({ state: "detached" })
        // another one changes settings, too
        const changes = ["LOG_LEVEL=info", "LOG_BURST=90"]
        const { code, stderr } = await runCli([
            ...["settings", "set", ...changes, "--state", state],
        ])
        assert.equal(code, 0, stderr)
        const other = row("LOG_LEVEL").getByLabel("LOG_LEVEL", { exact: true })
        await untilShown(() => other.inputValue(), "info")
        await row("LOG_BURST").getByText(", from the next start").waitFor()
        assert.equal(await burst.inputValue(), "90")
        // what was typed stays, until what another one has set is taken
        await other.fill("warning")
        const hint = page.getByText("changed on the board to")
        assert.equal(await hint.count(), 0)
        const { code: ended } = await runCli([
            ...["settings", "set", "LOG_LEVEL=notice", "--state", state],
        ])
        assert.equal(ended, 0)
        await row("LOG_LEVEL")
            .getByText("changed on the board to notice")
            .waitFor()
        assert.equal(await other.inputValue(), "warning")
        await page
            .getByRole("button", { name: "Take LOG_LEVEL of the board" })
            .click()
        assert.equal(await other.inputValue(), "notice")
        assert.equal(await hint.count(), 0)
        await page.getByRole("button", { name: "Reboot" }).click()
        await page
            .getByRole("dialog")
            .getByRole("button", { name: "Restart" })
            .click()
        await row("LOG_BURST")
            .getByText(", from the next start")
            .waitFor({ state: "detached" })
        assert.equal(await edited.inputValue(), "192.0.2.7")
        await other.fill("debug")
        await set("LOG_LEVEL")
        await page.reload()
        await row("LOG_LEVEL")
            .getByText(/^file\b/)
            .waitFor()
        const field = row("LOG_LEVEL").getByLabel("LOG_LEVEL", { exact: true })
        await untilShown(() => field.inputValue(), "debug")
    })

    await t.test("a signed file is pushed and becomes active", async () => {
        const { bytes } = await signFile({
            text: Buffer.from("HOSTNAME=pushed\n"),
            name: "a.env",
            version: 7,
            target: { share: 100 },
            keys: [key],
        })
        const folder = tempFolder(t)
        mkdirSync(folder, { recursive: true })
        const file = join(folder, "a.ota")
        writeFileSync(file, bytes)
        await view(page, "Configuration").click()
        const push = async (file: Parameters<Locator["setInputFiles"]>[0]) => {
            await page.getByLabel("Signed file").setInputFiles(file)
            await page.getByRole("button", { name: "Push" }).click()
        }
        const wrong = (name: string, bytes: number) => ({
            name,
            mimeType: "text/plain",
            buffer: Buffer.alloc(bytes, "A=1\n"),
        })
        await push(wrong("plain.env", 40))
        await page.getByText('"plain.env": is no signed file').waitFor()
        await push(wrong("movie.mp4", 300_000))
        await page
            .getByText(`has 300000 bytes, at most ${MAX_FILE_BYTES} are taken`)
            .waitFor()
        await push(file)
        const config = page.getByTestId("config")
        await config.getByText("active").waitFor()
        await config.getByText("7", { exact: true }).waitFor()
        await page.getByText("a.ota is active").waitFor()
        await page.getByTestId("config-version").getByText("7").waitFor()
        // what came before is remembered
        await page.locator("table tbody tr").nth(1).waitFor()
        await page.getByRole("heading", { name: "pushed" }).waitFor()
    })
})

test("all views of a board work and fit", { skip: noBrowser }, async t => {
    const { url, state } = await startSim(
        t,
        "test/system/programs/greenhouse.ts"
    )
    const browser = await startBrowser(t)

    await t.test("the LED blinks, with the pattern's name", async () => {
        await seeLight(await openPage(t, browser, url))
    })

    await t.test("the network and the collector are taken away", async () => {
        const page = await openPage(t, browser, url)
        await view(page, "Syslog").click()
        await page.getByText("collector is up, 1 connected").waitFor()
        await page.getByRole("button", { name: "Collector down" }).click()
        await page.getByText("collector is down, 0 connected").waitFor()
        await page.getByRole("button", { name: "Collector up" }).click()
        await page.getByText("collector is up, 1 connected").waitFor()
        await page.getByRole("button", { name: "Link down" }).click()
        await page.getByRole("button", { name: "Link up" }).click()
        await page.getByRole("button", { name: "Set clock" }).click()
        await page.getByRole("status").getByText("the clock is set").waitFor()
        await page
            .locator("header.board")
            .getByText(new RegExp(`${new Date().getFullYear()}-`))
            .waitFor()
    })

    await t.test("tasks are drawn, children below their parents", async () => {
        const page = await openPage(t, browser, url)
        const names = page.locator("table.tasks tbody th")
        await untilShown(async () => {
            const all = await names.allTextContents()
            const parent = all.indexOf("sensors")
            return all.slice(parent, parent + 3)
        }, ["sensors", "sensors.air", "sensors.soil"])
        await page
            .getByRole("img", { name: /watering requires valve/ })
            .waitFor()
    })

    await t.test("the keyboard reaches everything", async () => {
        const page = await openPage(t, browser, url)
        await page.getByRole("button", { name: "restart valve" }).waitFor()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await untilShown(
            () => page.evaluate("document.activeElement.id"),
            "main"
        )
        await page.getByRole("log").focus()
        const chosen = page.locator(".row.chosen.error, .row.chosen.alert")
        // there may be none of them yet
        await untilShown(async () => {
            await page.keyboard.press("e")
            return (await chosen.count()) > 0
        }, true)
        await page.keyboard.press("p")
        await page.getByText(/paused/).waitFor()
    })

    await t.test("a console beside the simulator shows it, too", async () => {
        const cli = new Cli(["web", "--state", state, "--port", "0"])
        cleanUp(t, async () => {
            cli.signal("SIGTERM")
            assert.equal((await cli.done).code, 0)
        })
        await cli.waitForOutput(ADDRESS)
        const page = await openPage(t, browser, ADDRESS.exec(cli.stdout)![0])
        await page
            .locator('tr[data-task="valve"]')
            .getByText("greenhouse.ts:")
            .waitFor()
        const buttons = page.getByRole("button", { name: "Cut power" })
        assert.equal(await buttons.count(), 0)
        await seeLight(page)
        // its flash is read from the state folder, and each write is counted: that of an error
        await page.getByRole("button", { name: "restart valve" }).click()
        await view(page, "Flash").click()
        await page.locator(".flash-map .piece.log").first().waitFor()
        await page.getByText(/^[1-9]\d* writes?, .* pages? erased in/).waitFor()
    })

    await t.test("a board of which only the bus is known, too", async () => {
        const bus = JSON.parse(readFileSync(join(state, "bus.json"), "utf8"))
        const cli = new Cli([
            ...["web", "--bus", `127.0.0.1:${bus.port}`, "--port", "0"],
        ])
        cleanUp(t, async () => {
            cli.signal("SIGTERM")
            assert.equal((await cli.done).code, 0)
        })
        await cli.waitForOutput(ADDRESS)
        const page = await openPage(t, browser, ADDRESS.exec(cli.stdout)![0])
        await seeLight(page)
        await view(page, "Flash").click()
        // nobody reads its store: keys and sizes are its own, places and erases are computed
        await page.locator(".flash-map .piece.log").first().waitFor()
        await page.locator(".flash-map .piece.boot").first().waitFor()
        await page.getByText(/^The board tells keys and sizes/).waitFor()
        await page.getByText(/slots? in force$/).click()
        const bytes = page.locator(
            'tr:has(th:text-is("fd.log00")) td:nth-child(3)'
        )
        assert.match((await bytes.textContent())!, /^[1-9]\d*$/)
        await page.getByText("Life at this rate").waitFor()
        await page.getByText(/^[1-9]\d* writes?, \d+ bytes$/).waitFor()
        // a write of the board is counted, and what it leads to
        await view(page, "Tasks").click()
        await page.getByRole("button", { name: "restart valve" }).click()
        await view(page, "Flash").click()
        await page
            .getByText(
                /^[1-9]\d* writes?, \d+ bytes, which erase \d+\.\d pages/
            )
            .waitFor()
        await page
            .getByRole("img", { name: /now .*flash erases: (?!unknown)/ })
            .waitFor()
    })

    for (const { name, width, height, colorScheme } of LOOKS)
        await t.test(`${name}: nothing is cut off`, async () => {
            const page = await openPage(t, browser, url, {
                viewport: { width, height },
                colorScheme,
            })
            for (const title of ["Tasks", "Log", "Flash", "Settings"]) {
                await view(page, title).click()
                await page.getByRole("heading", { name: title }).waitFor()
                await page
                    .getByText("Asking the board …")
                    .waitFor({ state: "detached" })
                const tooWide = await page.evaluate(
                    "document.documentElement.scrollWidth - innerWidth"
                )
                assert.equal(tooWide, 0, `${title} is ${tooWide} px too wide`)
                // one view in all looks, the others in one
                const isShown = title === "Tasks" || name === "wide-light"
                if (SCREENSHOTS === undefined || !isShown) continue
                await page.waitForTimeout(1200)
                await page.screenshot({
                    path: join(
                        SCREENSHOTS,
                        `web-${title.toLowerCase()}-${name}.png`
                    ),
                })
            }
        })
})
